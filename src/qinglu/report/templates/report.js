"use strict";
// The page reads whole without this script; it adds filter, sorting, the key w, and open reasons in print.
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const one = (selector) => document.querySelector(selector);

  const table = one("#all");
  const rows = all("tbody tr", table);
  const text = new Map(rows.map((row) => [row, row.textContent.toLowerCase()]));
  const shown = one("#shown");
  const filter = () => {
    const query = one("#q").value.trim().toLowerCase();
    const levels = new Set(all("input[name=level]:checked").map((box) => box.value));
    const onlyUnknown = one("#only-unknown").checked;
    let n = 0;
    for (const row of rows) {
      const fits = levels.has(row.dataset.l) && (!onlyUnknown || "u" in row.dataset) && text.get(row).includes(query);
      row.hidden = !fits;
      n += fits;
    }
    shown.textContent = shown.dataset.text.replace("{n}", n);
  };
  one(".filter").hidden = false;
  one(".key-hint").hidden = false;
  one(".filter").addEventListener("input", filter);
  filter();

  const value = (row, i) => row.cells[i].dataset.v ?? row.cells[i].textContent.trim();
  const compare = new Intl.Collator(document.documentElement.lang, { numeric: true }).compare;
  all("thead th", table).forEach((head, i) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const numbers = head.classList.contains("num");
      const first = numbers ? "descending" : "ascending";
      const other = numbers ? "ascending" : "descending";
      const order = head.getAttribute("aria-sort") === first ? other : first;
      all("thead th", table).forEach((h) => h.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", order);
      const sign = order === "ascending" ? 1 : -1;
      const sorted = [...table.tBodies[0].rows].sort((a, b) => sign * compare(value(a, i), value(b, i)));
      table.tBodies[0].append(...sorted);
    });
  });

  const atHand = () => {
    const found = document.activeElement.closest(".f") ?? one(".f:hover");
    return found ?? all(".f").find((f) => f.getBoundingClientRect().top >= 0);
  };
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select");
    if (event.key !== "w" || event.ctrlKey || event.metaKey || event.altKey || typing) return;
    const details = atHand()?.querySelector("details");
    if (!details) return;
    details.open = !details.open;
    details.querySelector("summary").focus();
  });

  let opened = [];
  addEventListener("beforeprint", () => {
    opened = all("details:not([open])").filter((d) => !d.closest(".brief"));
    opened.forEach((d) => { d.open = true; });
  });
  addEventListener("afterprint", () => opened.forEach((d) => { d.open = false; }));
})();
