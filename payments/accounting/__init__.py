"""The accountant's pages under `/doi-soat/`: thin views over the verbs of payments."""
