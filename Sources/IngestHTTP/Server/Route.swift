import HTTPTypes

/// A path of the API, with what may be done there.
struct Route: Sendable {
    /// A request, read and let in.
    struct Call: Sendable {
        var headers: HTTPFields
        var body: [UInt8]
        /// Whose token came with it.
        var client: String
        var arrived: ContinuousClock.Instant
    }

    var path: String
    var method: HTTPRequest.Method
    /// Whether it needs a token.
    var guarded: Bool
    /// Most bytes of a body; nil where none is read.
    var bodyLimit: Int?
    /// Media types that the body may be of.
    var takes: [String] = []
    /// Whether what it answers is JSON, which Accept must allow.
    var answersJSON = true
    var handle: @Sendable (Call) async throws(Problem) -> Reply

    /// What the path takes, for Allow.
    var methods: [HTTPRequest.Method] { method == .get ? [.get, .head, .options] : [method, .options] }
}
