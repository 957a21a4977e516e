import Foundation
package import Records

/// Something that happened to a role and is to stand in its audit log.
package struct AuditEvent: Sendable, Hashable {
    package let kind: AuditKind
    /// The digest of what it is about: a manifest, an order, a record that was refused. Nil where nothing has one.
    package let subject: Digest32?
    package let fields: [AuditField: String]

    /// The most bytes of a field.
    static let fieldBytes = 200

    /// - Parameter fields: in words that may come from others: what is no printable text stands as "?", and what is longer than 200
    ///   bytes is cut off. An empty text is left out.
    package init(_ kind: AuditKind, of subject: Digest32? = nil, _ fields: [AuditField: String] = [:]) {
        self.kind = kind
        self.subject = subject
        self.fields = fields.mapValues(Self.plain).filter { !$0.value.isEmpty }
    }

    /// What a field may hold; nil where it holds something else.
    static func isPlain(_ text: String) -> Bool {
        !text.isEmpty && (isShortASCII(text) || text == plain(text))
    }

    /// What most texts are, of which nothing is to be replaced.
    private static func isShortASCII(_ text: String) -> Bool {
        text.utf8.count <= fieldBytes && text.utf8.allSatisfy { (0x20...0x7E).contains($0) }
    }

    /// Text without control characters and format marks, which a terminal could take for orders.
    static func plain(_ text: String) -> String {
        if isShortASCII(text) { return text }
        var plain = ""
        for scalar in text.unicodeScalars {
            let isPrintable: Bool
            switch scalar.properties.generalCategory {
            case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator:
                isPrintable = false
            default: isPrintable = true
            }
            let next: Unicode.Scalar = isPrintable ? scalar : "?"
            guard plain.utf8.count + UTF8.width(next) <= fieldBytes else { break }
            plain.unicodeScalars.append(next)
        }
        return plain
    }

    /// What tells it from other events: one that is told again after a restart is written once.
    var identity: MerkleHash { MerkleHash(leaf: wire.encoded) }

    /// Its part of an entry.
    var wire: WireAuditEntry {
        var wire = WireAuditEntry()
        wire.kind = kind.rawValue
        wire.subject = Data(subject?.bytes ?? [])
        wire.details = fields.sorted { $0.key.rawValue < $1.key.rawValue }.map { field, value in
            var detail = WireAuditDetail()
            detail.field = field.rawValue
            detail.value = value
            return detail
        }
        return wire
    }

    /// Reads that part; nil where it is not as this version writes it.
    init?(_ wire: WireAuditEntry) {
        guard let kind = AuditKind(rawValue: wire.kind) else { return nil }
        var subject: Digest32?
        if !wire.subject.isEmpty {
            guard let digest = Digest32(wire.subject) else { return nil }
            subject = digest
        }
        var fields: [AuditField: String] = [:]
        var last: UInt32 = 0
        for detail in wire.details {
            guard let field = AuditField(rawValue: detail.field), detail.field > last, Self.isPlain(detail.value) else {
                return nil
            }
            fields[field] = detail.value
            last = detail.field
        }
        self.kind = kind
        self.subject = subject
        self.fields = fields
    }
}

/// The place where a role tells what happened.
package protocol AuditWriter: Sendable {
    /// Writes an event, unless the log has it already. It is durable when this returns; where it can't be written, it is kept and
    /// tried again.
    func write(_ event: AuditEvent)
}

/// The writer of a role that keeps no audit log.
package struct NoAudit: AuditWriter {
    package init() {}
    package func write(_: AuditEvent) {}
}
