"""Values read out of sentences: dates, numbers, money, choices and so on, in Polish, English and Romanian."""
