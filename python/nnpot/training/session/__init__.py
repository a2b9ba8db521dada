"""One sequence of every training: folder, checkpoint, epochs, report; a job says what is different."""
