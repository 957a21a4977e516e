extension Substring {
    /// The text without the spaces and tabs around it (OWS of RFC 9110, section 5.6.3).
    var trimmingBlanks: String {
        var text = self
        while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return String(text)
    }
}
