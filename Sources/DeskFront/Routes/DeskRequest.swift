import Desk
import DeskStore
import Foundation
import HTTPFront
import NIOHTTP1
import Records

/// A request as the desk's routes see it.
struct DeskRequest: Sendable {
    let call: Route.Call
    /// Of the address; nil where it can't be read.
    let query: [(name: String, value: String)]?
    /// Of the body; nil where it can't be read.
    let form: [String: String]?
    /// Of the body, in order, also those that come more than once.
    let fields: [(name: String, value: String)]
    let cookie: String?
    let language: DeskLanguage

    /// - Parameter cookie: the name of the session's.
    init(_ call: Route.Call, cookie name: String) {
        self.call = call
        let parts = call.target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        query = parts.count == 2 ? FormText.fields(parts[1]) : []
        // A field that comes twice counts as it came last.
        let all = String(validating: call.body, as: UTF8.self).flatMap { FormText.fields($0) }
        fields = all ?? []
        form =
            all
            .map { Dictionary($0.map { ($0.name, $0.value) }) { _, last in last } }
        cookie = Self.cookie(name, call.headers)
        language = DeskLanguage(acceptLanguage: call.headers[canonicalForm: "Accept-Language"].first.map(String.init))
    }

    private static func cookie(_ name: String, _ headers: HTTPHeaders) -> String? {
        for line in headers["Cookie"] {
            for part in line.split(separator: ";") {
                let halves = part.split(separator: "=", maxSplits: 1)
                if halves.count == 2, halves[0].trimmingCharacters(in: .whitespaces) == name {
                    return String(halves[1])
                }
            }
        }
        return nil
    }

    /// The item that the address names.
    var item: ItemID? { ItemID(call.place) }

    /// The name that a list is narrowed to, by its address.
    var entity: QueueFilter.NamedEntity? {
        let fields = Dictionary((query ?? []).map { ($0.name, $0.value) }) { _, last in last }
        // As the search for payments takes it, also where its address says no kind.
        if let name = fields["name"], !name.isEmpty {
            return LinkKind(rawValue: fields["by"] ?? PaymentName.customer.rawValue).map { .init($0, name) }
        }
        return LinkKind.allCases.lazy.compactMap { kind in
            fields[kind.rawValue].flatMap { $0.isEmpty ? nil : .init(kind, $0) }
        }.first
    }

    /// The fields of the form's own filter, as the page had it.
    var filterFields: [(name: String, value: String)] { form?["filter"].flatMap { FormText.fields($0) } ?? [] }

    /// Whether the browser says that another site's page has sent it.
    var isOfAnotherSite: Bool {
        if let site = call.headers["Sec-Fetch-Site"].first { return site != "same-origin" && site != "none" }
        guard let origin = call.headers["Origin"].first else { return false }
        return call.headers["Host"].first.map { origin != "http://\($0)" && origin != "https://\($0)" } ?? true
    }
}

/// Answers of the desk.
extension Reply {
    /// What every page says of itself: nothing of another place is loaded, nothing within it is run but the one script, and it is
    /// shown in no frame.
    private static let policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
        + "base-uri 'none'; frame-ancestors 'none'"

    init(_ status: HTTPResponseStatus = .ok, page: HTML) {
        self.init(status: status, type: "text/html; charset=utf-8", body: Array(page.text.utf8))
        headers.replaceOrAdd(name: "Content-Security-Policy", value: Self.policy)
        headers.replaceOrAdd(name: "Referrer-Policy", value: "same-origin")
        headers.replaceOrAdd(name: "Cross-Origin-Opener-Policy", value: "same-origin")
    }

    /// Sends the browser on to one of the desk's own pages.
    init(seeOther target: String) {
        self.init(status: .seeOther)
        headers.replaceOrAdd(name: "Location", value: target)
    }

    /// Something that a page loads, and keeps.
    init(asset text: String, type: String) {
        self.init(status: .ok, type: type, body: Array(text.utf8))
        headers.replaceOrAdd(name: "Cache-Control", value: "public, max-age=31536000, immutable")
    }
}
