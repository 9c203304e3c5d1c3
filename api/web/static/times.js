// Times are sent in UTC; here they are said in the reader's own zone.
for (const each of document.querySelectorAll("time")) {
  const moment = new Date(each.dateTime);
  each.title = each.textContent;
  each.textContent = moment.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
}
