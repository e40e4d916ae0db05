"""People who do not exist: names of the peoples of the province, numbers of nobody, addresses in its communes."""
