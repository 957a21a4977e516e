package import NIOHTTP1

/// A path of the API, with what may be done there.
package struct Route: Sendable {
    /// A request, read and let in.
    package struct Call: Sendable {
        package var headers: HTTPHeaders
        package var body: [UInt8]
        /// Of the body; nil where the path reads none.
        package var type: MediaType?
        /// Whose token came with it.
        package var client: String
        /// The request's target, in origin-form: the path, and the query behind a question mark where there is one.
        package var target: String
        /// What stands in the target where the route's path has `{}`; empty where it has none.
        package var place: String
        /// When the last of its body had come: however slow a client sends, its deadline begins here.
        package var arrived: ContinuousClock.Instant

        package init(
            headers: HTTPHeaders, body: [UInt8], type: MediaType?, client: String, target: String = "",
            place: String = "", arrived: ContinuousClock.Instant
        ) {
            self.headers = headers
            self.body = body
            self.type = type
            self.client = client
            self.target = target
            self.place = place
            self.arrived = arrived
        }
    }

    /// What the path is, without a query. One segment may be `{}`: any text there, but none that is empty.
    package var path: String
    package var method: HTTPMethod
    /// Whether it needs a token.
    package var guarded: Bool
    /// Most bytes of a body; nil where none is read.
    package var bodyLimit: Int?
    /// Media types that the body may be of.
    package var takes: [String] = []
    /// Character sets that Content-Type may name; it need not name any.
    package var charsets: [String]
    /// Whether what it answers is JSON, which Accept must allow.
    package var answersJSON = true
    /// Refuses a request by its header fields, before its body comes.
    package var checkHead: @Sendable (HTTPHeaders) throws(Problem) -> Void
    package var handle: @Sendable (Call) async throws(Problem) -> Reply
    /// What is answered in place of problem+json where a request is refused before it is handled; called with a call whose body is
    /// empty.
    package var refusal: (@Sendable (Problem, Call) -> Reply)?

    package init(
        path: String, method: HTTPMethod, guarded: Bool, bodyLimit: Int? = nil, takes: [String] = [],
        charsets: [String] = ["utf-8", "us-ascii"], answersJSON: Bool = true,
        checkHead: @escaping @Sendable (HTTPHeaders) throws(Problem) -> Void = { _ in },
        refusal: (@Sendable (Problem, Call) -> Reply)? = nil,
        handle: @escaping @Sendable (Call) async throws(Problem) -> Reply
    ) {
        self.path = path
        self.method = method
        self.guarded = guarded
        self.bodyLimit = bodyLimit
        self.takes = takes
        self.charsets = charsets
        self.answersJSON = answersJSON
        self.checkHead = checkHead
        self.refusal = refusal
        self.handle = handle
    }

    var hasPlace: Bool { path.contains("{}") }

    /// What stands where the path has `{}`; nil where a request's path is not this route's.
    func place(in path: Substring) -> String? {
        let own = self.path.split(separator: "/", omittingEmptySubsequences: false)
        let asked = path.split(separator: "/", omittingEmptySubsequences: false)
        guard own.count == asked.count else { return nil }
        var place: String?
        for (own, asked) in zip(own, asked) {
            if own == "{}", !asked.isEmpty { place = String(asked) } else if own != asked { return nil }
        }
        return place
    }

    /// What the path takes, for Allow.
    package var methods: [HTTPMethod] { method == .GET ? [.GET, .HEAD, .OPTIONS] : [method, .OPTIONS] }
}
