for (const table of document.querySelectorAll("table.sortable"))
  table.querySelectorAll("thead th").forEach((heading, column) => {
    const button = heading.querySelector("button");
    if (button === null) return;
    button.addEventListener("click", () => {
      const sign = heading.getAttribute("aria-sort") === "descending" ? 1 : -1;
      const value = row => {
        const text = row.cells[column].dataset.value;
        return text === undefined ? sign * Infinity : Number(text);
      };
      const body = table.tBodies[0];
      const compare = (one, other) => value(one) === value(other) ? 0 : sign * Math.sign(value(one) - value(other));
      body.append(...Array.from(body.rows).sort(compare));
      table.querySelectorAll("th[aria-sort]").forEach(other => other.setAttribute("aria-sort", "none"));
      heading.setAttribute("aria-sort", sign === 1 ? "ascending" : "descending");
    });
  });
