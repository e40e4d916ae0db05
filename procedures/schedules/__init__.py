"""Fee schedules: loaded, validated, previewed, approved, exchanged as workbooks."""
