/// A figure of a page: what it shows, what that means, and the same as a table.
struct FigureView {
    var id: String
    var title: Phrase
    /// What is counted, over what, and what is not.
    var definition: Phrase
    /// Numbers that stand above the picture, with what they are.
    var numbers: [(name: String, value: String)] = []
    /// Names of the colours, with their classes.
    var legend: [(name: String, kind: String)] = []
    var picture: HTML?
    var heads: [String]
    /// Cells; the first names its row.
    var rows: [[HTML]]
    /// Whether the table is shown without a click.
    var isOpen = false

    func html(_ frame: PageFrame) -> HTML {
        let numbers = numbers.map { "<div><dt>\($0.name)</dt><dd>\($0.value)</dd></div>" as HTML }
        let legend = legend.map { "<li><span class=\"swatch \($0.kind)\"></span>\($0.name)</li>" as HTML }
        let heads = heads.enumerated().map { place, head in
            (place == 0 ? "<th scope=\"col\">\(head)</th>" : "<th scope=\"col\" class=\"number\">\(head)</th>") as HTML
        }
        let rows = rows.map { cells in
            let cells = cells.enumerated().map { place, cell in
                (place == 0 ? "<th scope=\"row\">\(cell)</th>" : "<td class=\"number\">\(cell)</td>") as HTML
            }
            return "<tr>\(cells)</tr>\n" as HTML
        }
        return """
            <section class="figure" id="\(id)" aria-labelledby="\(id)-title"><h2 id="\(id)-title">\(frame.text(title))</h2>
            \(numbers.isEmpty ? nil : "<dl class=\"numbers\">\(numbers)</dl>" as HTML)
            \(picture)\(legend.isEmpty ? nil : "<ul class=\"legend\">\(legend)</ul>" as HTML)
            <details><summary>\(frame.text(.whatItMeans))</summary><p>\(frame.text(definition))</p></details>
            <details\(isOpen ? " open" as HTML : "")><summary>\(frame.text(.asTable))</summary><div class="scroll" tabindex="0" role="group" aria-labelledby="\(
                id)-title"><table class="queue"><thead><tr>\(heads)</tr></thead><tbody>
            \(rows)</tbody></table></div></details></section>

            """
    }
}
