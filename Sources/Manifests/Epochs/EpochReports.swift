import Foundation
package import Records

/// A party's word that it has all its private halves of an epoch on its disk, and has refreshed what the order says.
package struct EpochReady: Sendable, Hashable {
    package let epoch: KeyEpoch
    package let attempt: UInt32
    /// The digest of the epoch (`EpochKeys.digest`).
    package let keys: Digest32
    /// The manifests of the models whose shares are refreshed, ascending by digest.
    package let models: [Digest32]
    /// The number of tokens whose counts are.
    package let counts: UInt64

    /// - Parameter models: in any order; each counts once.
    package init(epoch: KeyEpoch, attempt: UInt32, keys: Digest32, models: [Digest32] = [], counts: UInt64 = 0) {
        self.epoch = epoch
        self.attempt = attempt
        self.keys = keys
        self.models = Set(models).sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
        self.counts = counts
    }

    init(_ wire: WireEpochReady) throws(AgreementMistake) {
        var models: [Digest32] = []
        for model in wire.models { models.append(try AgreementBounds.digest(model)) }
        self.init(
            epoch: try AgreementBounds.epoch(wire.epoch), attempt: try AgreementBounds.attempt(wire.attempt),
            keys: try AgreementBounds.digest(wire.keys), models: models, counts: wire.counts)
        guard self.models == models, models.count <= AgreementBounds.mostListed else { throw .list }
    }

    var wire: WireEpochReady {
        var wire = WireEpochReady()
        wire.epoch = epoch.number
        wire.attempt = attempt
        wire.keys = Data(keys.bytes)
        wire.models = models.map { Data($0.bytes) }
        wire.counts = counts
        return wire
    }
}

/// The coordinator's word on where the records stand in `consortium.sealed` by which an epoch begins or ends. Parties go by those
/// records themselves; everyone else has this.
package struct EpochPlaces: Sendable, Hashable {
    package enum Kind: UInt32, CaseIterable, Sendable, Hashable {
        case activation = 1
        case closing = 2
    }

    /// Which begins, or which ends.
    package let epoch: KeyEpoch
    package let kind: Kind
    /// One a partition.
    package let offsets: [Int64]

    /// - Throws: `places`.
    package init(epoch: KeyEpoch, kind: Kind, offsets: [Int64]) throws(AgreementMistake) {
        guard (1...AgreementBounds.mostPartitions).contains(offsets.count), offsets.allSatisfy({ $0 >= 0 }) else {
            throw .places
        }
        self.epoch = epoch
        self.kind = kind
        self.offsets = offsets
    }

    init(_ wire: WireEpochPlaces) throws(AgreementMistake) {
        guard let kind = Kind(rawValue: wire.kind) else { throw .places }
        try self.init(epoch: try AgreementBounds.epoch(wire.epoch), kind: kind, offsets: wire.offsets)
    }

    var wire: WireEpochPlaces {
        var wire = WireEpochPlaces()
        wire.epoch = epoch.number
        wire.kind = kind.rawValue
        wire.offsets = offsets
        return wire
    }
}

/// A role's word that it has erased what it had of a closed epoch.
package struct EpochErased: Sendable, Hashable {
    package let epoch: KeyEpoch
    /// What is gone, such as `hpke-2`, ascending.
    package let keys: [String]

    /// - Parameter keys: of letters, digits, `-`, `_`, `.` and `/`, 1 to 100 of them each; in any order.
    /// - Throws: `list`.
    package init(epoch: KeyEpoch, keys: [String]) throws(AgreementMistake) {
        let sorted = Set(keys).sorted()
        guard keys.count <= AgreementBounds.mostListed, sorted.allSatisfy(Self.isName) else { throw .list }
        self.epoch = epoch
        self.keys = sorted
    }

    init(_ wire: WireEpochErased) throws(AgreementMistake) {
        try self.init(epoch: try AgreementBounds.epoch(wire.epoch), keys: wire.keys)
        guard keys == wire.keys else { throw .list }
    }

    var wire: WireEpochErased {
        var wire = WireEpochErased()
        wire.epoch = epoch.number
        wire.keys = keys
        return wire
    }

    private static func isName(_ text: String) -> Bool {
        (1...100).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                    || [45, 46, 47, 95].contains(byte)
            }
    }
}
