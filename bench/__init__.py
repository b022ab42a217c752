"""Speed and memory of reading and analysing votes: `python -m bench` (`./dev bench`)."""
