"""Every pair of dossier states: listed here, or refused, forward, back to the desk and undone."""

from __future__ import annotations

import itertools

import pytest

from dossiers.errors import IllegalDossierMove
from dossiers.models import Dossier
from dossiers.processing import transitions
from dossiers.states import PUT_BACK_EDGES, UNDO_EDGES, DossierState, check_move
from tests.support import factories

#: From → to, by the numbers of the national portal. A second copy on purpose: see tests/payments/test_states.py.
FORWARD: dict[int, set[int]] = {
    1: {2, 3, 5, 7},
    2: {4, 5, 6, 7},
    3: set(),
    4: {5, 6, 7, 8, 9},
    5: {1, 2, 4, 7, 8},
    6: {4, 7, 8},
    7: set(),
    8: {4},
    9: {10},
    10: set(),
}
PUT_BACK = {(10, 9)}
PAIRS = list(itertools.product(DossierState.values, repeat=2))


@pytest.mark.parametrize(("before", "after"), PAIRS)
def test_a_move_is_listed_or_refused(before: int, after: int) -> None:
    ways = {
        "forward": (after in FORWARD[before], None),
        "put back": ((before, after) in PUT_BACK, PUT_BACK_EDGES),
        "undone": (before in FORWARD[after] and before != 10, UNDO_EDGES),
    }
    for way, (is_listed, edges) in ways.items():
        arguments = (before, after) if edges is None else (before, after, edges)
        if is_listed:
            check_move(*arguments)
            continue
        with pytest.raises(IllegalDossierMove):
            check_move(*arguments)
            pytest.fail(f"{way}: {before} → {after}")


@pytest.mark.django_db
@pytest.mark.parametrize(("before", "after"), [pair for pair in PAIRS if pair[1] not in FORWARD[pair[0]]])
def test_what_is_not_listed_changes_nothing(before: int, after: int) -> None:
    dossier = Dossier(state=before)
    with pytest.raises(IllegalDossierMove):
        transitions.advance(dossier, DossierState(after))
    assert dossier.state == before


@pytest.mark.django_db
def test_only_what_was_given_out_is_put_back_to_the_desk() -> None:
    officer = factories.officer(factories.agency())
    for state in set(DossierState.values) - {DossierState.RETURNED}:
        dossier = Dossier(state=state)
        with pytest.raises(IllegalDossierMove):
            transitions.put_back(dossier, actor=officer, note="")
        assert dossier.state == state


@pytest.mark.django_db
def test_a_hand_over_is_not_undone_like_a_step() -> None:
    dossier = Dossier(state=DossierState.RETURNED)
    with pytest.raises(IllegalDossierMove):
        transitions.undo_to(dossier, DossierState.FINISHED, actor=factories.officer(factories.agency()))
    assert dossier.state == DossierState.RETURNED
