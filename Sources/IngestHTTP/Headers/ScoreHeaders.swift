package import HTTPFront

/// What a caller of `POST /v1/score` may say in headers.
package enum ScoreHeaders {
    package static let deadlines = 1...10_000

    /// `Cordon-Deadline-Ms`: how long the caller waits, from the request's arrival.
    package static func deadline(_ header: String?, otherwise: Duration) throws(Problem) -> Duration {
        guard let header else { return otherwise }
        guard header.utf8.count <= 5, header.utf8.allSatisfy({ (48...57).contains($0) }), let number = Int(header),
            deadlines.contains(number)
        else { throw Problem(.deadlineInvalid) }
        return .milliseconds(number)
    }

    /// `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): a string of RFC 8941, in quotes; one without quotes is
    /// taken too, as many clients send it.
    package static func idempotencyKey(_ header: String?) throws(Problem) -> String? {
        guard let header else { return nil }
        var value = Array(header.utf8)
        if value.first == UInt8(ascii: "\"") {
            guard value.count >= 2, value.last == UInt8(ascii: "\"") else { throw Problem(.idempotencyKeyInvalid) }
            value = try unescaped(value[1..<value.count - 1])
        } else if value.contains(UInt8(ascii: "\"")) {
            throw Problem(.idempotencyKeyInvalid)
        }
        guard (1...255).contains(value.count), value.allSatisfy({ (32...126).contains($0) }) else {
            throw Problem(.idempotencyKeyInvalid)
        }
        return String(decoding: value, as: UTF8.self)
    }

    private static func unescaped(_ bytes: ArraySlice<UInt8>) throws(Problem) -> [UInt8] {
        var out: [UInt8] = []
        var escaped = false
        for byte in bytes {
            let special = byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
            if escaped {
                guard special else { throw Problem(.idempotencyKeyInvalid) }
                out.append(byte)
                escaped = false
            } else if byte == UInt8(ascii: "\\") {
                escaped = true
            } else {
                guard !special else { throw Problem(.idempotencyKeyInvalid) }
                out.append(byte)
            }
        }
        guard !escaped else { throw Problem(.idempotencyKeyInvalid) }
        return out
    }
}
