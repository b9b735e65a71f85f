// Prints rows as a table of plain text.
export function table(rows) {
  const columns = Object.keys(rows[0]);
  const width = (column) => Math.max(column.length, ...rows.map((row) => String(row[column]).length));
  const line = (cells) => "  " + cells.map((cell, i) => String(cell).padEnd(width(columns[i]))).join("  ").trimEnd();
  const rule = columns.map((column) => "─".repeat(width(column)));
  return [line(columns), line(rule), ...rows.map((row) => line(columns.map((column) => row[column])))].join("\n");
}
