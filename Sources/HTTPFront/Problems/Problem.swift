import Foundation

/// What is wrong with a request, as RFC 9457 has it: never what the request held.
package struct Problem: Error, Sendable, Hashable {
    /// Stable; of docs/REJECTIONS.md where it is about a record, else of `ProblemCode`.
    package var code: String
    package var status: Int
    package var title: String
    /// What this time, where there is more to say.
    package var detail: String?
    /// The record's field at fault, as the mapping names it.
    package var field: String?
    /// Seconds after which it may be tried again.
    package var retryAfter: Int?
    /// Methods that the path takes.
    package var allow: [String] = []

    package init(_ code: ProblemCode, _ detail: String? = nil) {
        self.code = code.rawValue
        status = code.status
        title = code.title
        self.detail = detail
        if code == .logUnavailable { retryAfter = 1 }
    }

    /// - Parameters:
    ///   - code: stable, and no one's of `ProblemCode`.
    ///   - field: the record's field at fault.
    package init(code: String, status: Int, title: String, field: String?) {
        self.code = code
        self.status = status
        self.title = title
        self.field = field
    }

    package static let contentType = "application/problem+json"
}

extension Problem: Encodable {
    private enum Name: String, CodingKey {
        case type, title, status, detail, code, field
    }

    package func encode(to encoder: any Encoder) throws {
        var out = encoder.container(keyedBy: Name.self)
        try out.encode("urn:cordon:problem:\(code)", forKey: .type)
        try out.encode(title, forKey: .title)
        try out.encode(status, forKey: .status)
        try out.encodeIfPresent(detail, forKey: .detail)
        try out.encode(code, forKey: .code)
        try out.encodeIfPresent(field, forKey: .field)
    }
}

extension Problem: CustomStringConvertible {
    package var description: String { "\(title)" + (detail.map { ": \($0)" } ?? "") }
}
