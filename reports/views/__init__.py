"""Pure presenters, one module a subject: facts and figures become tables, leaderboards, headline numbers, exceptions, sentences."""
