import Foundation
package import Records

/// A figure by its name, with its interval.
package struct SyncFigure: Sendable, Hashable {
    package let name: String
    package let value: Double
    package let low: Double
    package let high: Double

    /// - Throws: `figures` for numbers that are none, or a value outside of its interval; `text` for a name of none or more than 64
    ///   bytes.
    package init(_ name: String, _ value: Double, low: Double, high: Double) throws(SyncMistake) {
        try SyncBounds.text(name, "figure's name", most: 64)
        guard low.isFinite, high.isFinite, low <= value, value <= high else { throw .figures }
        self.name = name
        self.value = value
        self.low = low
        self.high = high
    }

    init(_ wire: WireSyncFigure) throws(SyncMistake) {
        try self.init(wire.name, wire.value, low: wire.low, high: wire.high)
    }

    var wire: WireSyncFigure {
        var wire = WireSyncFigure()
        wire.name = name
        wire.value = value
        wire.low = low
        wire.high = high
        return wire
    }

    static func checked(_ figures: [SyncFigure]) throws(SyncMistake) {
        guard figures.count <= SyncBounds.mostFigures else { throw .figures }
    }

    static func read(_ figures: [WireSyncFigure]) throws(SyncMistake) -> [SyncFigure] {
        var all: [SyncFigure] = []
        for figure in figures { all.append(try SyncFigure(figure)) }
        return all
    }
}

/// The coordinator's word on which model is in force, and why. It says so before it writes the activations.
package struct SyncDecision: Sendable, Hashable {
    package enum Kind: UInt32, Sendable, Hashable {
        /// A version is put in force.
        case promote = 1
        /// The model that a version replaced comes back.
        case rollback = 2
        /// A version is not put in force, now or later.
        case turnDown = 3
    }

    package let kind: Kind
    /// The digest of a manifest: of what is put in force, or turned down.
    package let model: Digest32
    /// The digest of the manifest that is in force until then, or stays; nil where there is none.
    package let previous: Digest32?
    /// Greater than that of every decision before; that of the model's activations.
    package let sequence: UInt64
    /// A sentence for people.
    package let reason: String
    /// What the decision rests on.
    package let figures: [SyncFigure]
    /// The rule by which a version is promoted, in its one encoding; empty where none is told.
    package let rule: [UInt8]

    /// - Throws: `sameModel`, `order` for the sequence 0, `text`, `figures` or `promotion`.
    package init(
        _ kind: Kind, model: Digest32, previous: Digest32?, sequence: UInt64, reason: String,
        figures: [SyncFigure] = [],
        rule: [UInt8] = []
    ) throws(SyncMistake) {
        guard model != previous else { throw .sameModel }
        guard rule.isEmpty || kind == .promote, rule.count <= Self.mostRuleBytes else { throw .promotion }
        guard sequence > 0 else { throw .order }
        try SyncBounds.text(reason, "reason", most: SyncBounds.sentenceBytes)
        try SyncFigure.checked(figures)
        self.kind = kind
        self.model = model
        self.previous = previous
        self.sequence = sequence
        self.reason = reason
        self.figures = figures
        self.rule = rule
    }

    private static let mostRuleBytes = 256

    /// The digest by which an agreement names a rule of promotion, of the rule's encoding.
    package static func agreedDigest(ofRule rule: [UInt8]) -> Digest32 {
        Digest32(of: [Array("cordon/agreement/promotion/v1".utf8), rule])
    }

    init(_ wire: WireSyncDecision) throws(SyncMistake) {
        guard let kind = Kind(rawValue: wire.kind) else { throw .encoding }
        try self.init(
            kind, model: SyncBounds.digest(wire.model),
            previous: wire.previous.isEmpty ? nil : SyncBounds.digest(wire.previous), sequence: wire.sequence,
            reason: wire.reason, figures: SyncFigure.read(wire.figures), rule: Array(wire.rule))
    }

    var wire: WireSyncDecision {
        var wire = WireSyncDecision()
        wire.kind = kind.rawValue
        wire.model = Data(model.bytes)
        if let previous { wire.previous = Data(previous.bytes) }
        wire.sequence = sequence
        wire.reason = reason
        wire.figures = figures.map(\.wire)
        wire.rule = Data(rule)
        return wire
    }
}

/// An operator's word that a model is to take the place of the one in force.
package struct SyncApproval: Sendable, Hashable {
    /// The digest of its manifest.
    package let model: Digest32
    /// The sequence of the last decision, 0 before the first. A later decision makes the approval void: what was approved of
    /// would replace something else.
    package let after: UInt64

    package init(model: Digest32, after: UInt64) {
        self.model = model
        self.after = after
    }

    init(_ wire: WireSyncApproval) throws(SyncMistake) {
        self.init(model: try SyncBounds.digest(wire.model), after: wire.after)
    }

    var wire: WireSyncApproval {
        var wire = WireSyncApproval()
        wire.model = Data(model.bytes)
        wire.after = after
        return wire
    }
}

/// What a member makes of its own counts, which nobody else has seen.
package struct MemberVerdict: Sendable, Hashable {
    /// The digest of the order to validate.
    package let order: Digest32
    /// Whether the challenger does worse for this member.
    package let isWorse: Bool
    /// Those that it chooses to tell.
    package let figures: [SyncFigure]

    /// - Throws: `figures`.
    package init(order: Digest32, isWorse: Bool, figures: [SyncFigure] = []) throws(SyncMistake) {
        try SyncFigure.checked(figures)
        self.order = order
        self.isWorse = isWorse
        self.figures = figures
    }

    init(_ wire: WireMemberVerdict) throws(SyncMistake) {
        try self.init(
            order: SyncBounds.digest(wire.order), isWorse: wire.worse, figures: SyncFigure.read(wire.figures))
    }

    var wire: WireMemberVerdict {
        var wire = WireMemberVerdict()
        wire.order = Data(order.bytes)
        wire.worse = isWorse
        wire.figures = figures.map(\.wire)
        return wire
    }
}
