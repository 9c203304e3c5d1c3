// Times are sent in UTC; here they are said in the reader's own zone.
function say() {
  for (const each of document.querySelectorAll("time:not([title])")) {
    const moment = new Date(each.dateTime);
    each.title = each.textContent;
    each.textContent = moment.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
  }
}
say();
document.addEventListener("replaced", say);
