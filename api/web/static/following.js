// A page of its own for what takes a while: says how it goes, and leads on once it has ended.
import { follow } from "./follow.js";

const place = document.getElementById("following");
follow(
  place.dataset.job,
  (text) => {
    if (place.textContent !== text) place.textContent = text;
  },
  (failure) => {
    if (failure === null) location.replace(place.dataset.then);
    else location.reload(); // the server says why
  },
);
