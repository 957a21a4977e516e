/// The codings of a request's Transfer-Encoding (RFC 9112, section 6.1 and 7).
package enum TransferCoding {
    /// What is wrong with them; nil where they are `chunked` alone.
    ///
    /// - Parameter fields: the values of all Transfer-Encoding fields, in order.
    package static func problem(_ fields: [String]) -> Problem? {
        let codings = fields.flatMap { $0.split(separator: ",") }.map { $0.trimmingBlanks.lowercased() }
            .filter { !$0.isEmpty }
        guard codings.last == "chunked" else {
            return Problem(.httpInvalid, "the last transfer coding of a request is chunked (RFC 9112, 6.3)")
        }
        let others = codings.dropLast()
        if others.contains("chunked") { return Problem(.httpInvalid, "a body is chunked once (RFC 9112, 7.1)") }
        return others.isEmpty ? nil : Problem(.transferCodingUnsupported)
    }
}
