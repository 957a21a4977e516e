import NIOHTTP1

/// What RFC 9112 asks of a request's head beyond the grammar that the decoder holds it against.
enum RequestHeadRules {
    /// The head as the routes take it: its target in origin-form, and Expect only where the client waits for 100.
    ///
    /// - Throws: the refusal, after which the connection can't be used.
    static func checked(_ head: HTTPRequestHead) throws(Problem) -> HTTPRequestHead {
        var head = head
        try host(head)
        head.uri = try target(head)
        let hasBody = try framing(head)
        try expectation(&head, hasBody: hasBody)
        return head
    }

    private static func host(_ head: HTTPRequestHead) throws(Problem) {
        let hosts = head.headers["host"].map { $0[...].trimmingBlanks }
        if hosts.isEmpty, head.version != .http1_0 { throw Problem(.httpInvalid, "there is no Host (RFC 9112, 3.2)") }
        if hosts.count > 1 { throw Problem(.httpInvalid, "there is more than one Host (RFC 9112, 3.2)") }
        guard hosts.allSatisfy(HostField.isValid) else {
            throw Problem(.httpInvalid, "Host is no name or address with a port or without (RFC 9112, 3.2)")
        }
    }

    private static func target(_ head: HTTPRequestHead) throws(Problem) -> String {
        guard head.uri.utf8.count <= RequestTarget.limit else { throw Problem(.targetTooLong) }
        if head.method == .CONNECT {
            var problem = Problem(.methodNotAllowed, "this is no proxy")
            problem.allow = APIResponder.methods
            throw problem
        }
        guard let origin = RequestTarget.origin(of: head.uri, options: head.method == .OPTIONS) else {
            throw Problem(.httpInvalid, "the target is neither a path nor an http or https address (RFC 9112, 3.2)")
        }
        return origin
    }

    /// Whether a body follows.
    private static func framing(_ head: HTTPRequestHead) throws(Problem) -> Bool {
        let codings = head.headers["transfer-encoding"]
        let lengths = head.headers["content-length"]
        guard !codings.isEmpty else { return lengths.contains { $0[...].trimmingBlanks != "0" } }
        guard head.version != .http1_0 else {
            throw Problem(.httpInvalid, "HTTP/1.0 has no Transfer-Encoding (RFC 9112, 6.1)")
        }
        guard lengths.isEmpty else {
            throw Problem(.httpInvalid, "Content-Length and Transfer-Encoding exclude each other (RFC 9112, 6.3)")
        }
        if let problem = TransferCoding.problem(codings) { throw problem }
        return true
    }

    /// HTTP/1.0 has no expectations, and without a body there is nothing to hold back (RFC 9110, section 10.1.1).
    private static func expectation(_ head: inout HTTPRequestHead, hasBody: Bool) throws(Problem) {
        guard head.headers.contains(name: "expect") else { return }
        if head.version != .http1_0 {
            guard head.headers[canonicalForm: "expect"].allSatisfy({ $0.lowercased() == "100-continue" }) else {
                throw Problem(.expectationFailed)
            }
            if hasBody { return }
        }
        head.headers.remove(name: "expect")
    }
}

extension HTTPRequestHead {
    /// Whether another request may follow on the connection. None may behind an offer of another protocol, which is
    /// passed over: the decoder reads no further.
    var leavesConnectionOpen: Bool { isKeepAlive && !headers.contains(name: "upgrade") }
}
