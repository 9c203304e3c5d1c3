"""News for those who want to hear of it: requests to configured receivers, with retries."""
