import Desk
import HTTPFront
import NIOHTTP1
import Records

/// A route of the desk with who may use it. There is no other way to a handler: `DeskRoutes` makes a server's routes of these
/// alone, behind a guard that has looked at the session, the role, the form and the object when the handler is called.
package struct DeskRoute: Sendable {
    /// What a route is about.
    enum Subject: Sendable {
        /// Nothing that belongs to a team.
        case nothing
        /// Alerts of the caller's team: the handler takes its filter from `DeskRequest.filter`, or asks `PageFrame.scope`.
        case list
        /// The alert that the address names.
        case alert
        /// Another object that the address names, with what is said where there is none.
        case object(missing: Phrase, @Sendable (DeskRequest, PageFrame) throws -> Standing)
    }

    /// How an object stands to a caller's team. Who asks for a foreign one is answered as if there were none.
    enum Standing: Sendable {
        case own, foreign, missing
    }

    typealias Handler = @Sendable (DeskRequest, PageFrame) async throws -> Reply

    let method: HTTPMethod
    /// One segment may be `{}`.
    let path: String
    /// Nil for whoever is signed in.
    let needs: DeskRole.Deed?
    let about: Subject
    let handler: Handler
    /// Whether somebody who reads it has looked at something that is a customer's: it is written down before it is shown.
    private(set) var isLook: Bool

    private init(
        _ method: HTTPMethod, _ path: String, _ deed: DeskRole.Deed?, _ about: Subject, _ handler: @escaping Handler
    ) {
        self.method = method
        self.path = path
        needs = deed
        self.about = about
        self.handler = handler
        if case .nothing = about { isLook = false } else { isLook = true }
    }

    /// Whether a request's path, without a query, is this route's.
    func takes(_ asked: String) -> Bool {
        // An address that begins with two slashes is of another host.
        let (own, asked) = (
            path.split(separator: "/", omittingEmptySubsequences: false),
            asked.split(separator: "/", omittingEmptySubsequences: false)
        )
        return own.count == asked.count && zip(own, asked).allSatisfy { $0 == "{}" || $0 == $1 }
    }

    /// The same, as a look.
    var asLook: Self {
        var route = self
        route.isLook = true
        return route
    }

    /// The same where it tells nothing of customers.
    var asNoLook: Self {
        var route = self
        route.isLook = false
        return route
    }

    /// As entries of the log of looks have it.
    var name: String { "\(method.rawValue) \(path)" }

    /// A page, or something else that is only read.
    static func get(_ path: String, needs deed: DeskRole.Deed?, about: Subject, _ handler: @escaping Handler) -> Self {
        Self(.GET, path, deed, about, handler)
    }

    /// What a form of one of our own pages asks for.
    static func post(_ path: String, needs deed: DeskRole.Deed?, about: Subject, _ handler: @escaping Handler) -> Self {
        Self(.POST, path, deed, about, handler)
    }

    /// What it is, who may use it, and about what, in a line: for lists of all routes.
    package var declaration: String {
        let subject =
            switch about {
            case .nothing: "nothing"
            case .list: "list"
            case .alert: "alert"
            case .object: "object"
            }
        return "\(name) \(needs?.rawValue ?? "-") \(subject)\(method == .GET && isLook ? " look" : "")"
    }
}
