"""The words the demonstration company is made of: goods, places, names, sentences. Data only."""
