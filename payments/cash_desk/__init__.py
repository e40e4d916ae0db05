"""Money no bank reports: cash and cards at the counter, and reallocated money."""
