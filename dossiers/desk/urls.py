"""Addresses of the desk. What is fixed comes before what is a code."""

from django.urls import path

from . import (
    amounts,
    assisting,
    erasures,
    explaining,
    files,
    handing_over,
    money,
    pages,
    printing,
    second_window,
    work,
    worker,
)

urlpatterns = [
    path("", pages.desk, name="desk"),
    path("man-hinh-phu/", second_window.window, name="desk-second-window"),
    path("man-hinh-phu/trang-thai/", second_window.window_state, name="desk-second-window-state"),
    path("tra-nhieu/", handing_over.hand_over_many, name="desk-hand-over-many"),
    path("so-theo-doi/", printing.print_register, name="desk-register"),
    path("yeu-cau-xoa/", erasures.erasures, name="desk-erasures"),
    path("khoan-thu/<int:number>/vi-sao/", explaining.why_bill, name="bill-why"),
    path("ban-luu.js", worker.worker, name="desk-worker"),
    path("nop-giup/", assisting.assist, name="desk-assist"),
    path("nop-giup/<str:code>/", assisting.assisted, name="desk-assisted"),
    path("nop-giup/<str:code>/ban-in/", assisting.print_summary, name="desk-assisted-print"),
    path("<str:code>/", pages.desk_dossier, name="desk-dossier"),
    path("<str:code>/trang-thai/", pages.desk_state, name="desk-state"),
    path("<str:code>/hoi-ngan-hang/", pages.check_now, name="desk-check"),
    path("<str:code>/vi-sao/", explaining.why, name="desk-why"),
    path("<str:code>/muc-thu/", amounts.set_amounts, name="desk-amounts"),
    path("<str:code>/chuyen/", pages.next_step, name="desk-next"),
    path("<str:code>/hoan-tac/", pages.undo_step, name="desk-undo"),
    path("<str:code>/thu-tien/", money.take, name="desk-take"),
    path("<str:code>/xu-ly/", work.work, name="desk-work"),
    path("<str:code>/ket-qua/", files.result_file, name="desk-result"),
    path("<str:code>/du-thao/<int:number>/", files.draft_file, name="desk-draft"),
    path("<str:code>/giay-to/<int:number>/", files.citizens_paper, name="desk-paper"),
    path("<str:code>/in/", printing.print_one, name="desk-print"),
    path("<str:code>/buu-dien/", handing_over.post_says, name="desk-post"),
    path("<str:code>/tra-ket-qua/", handing_over.hand_over, name="desk-hand-over"),
]
