import EventLogs
import Records
import Sealing
import Tokens

/// The public token keys that a batch's tokens are under: the digest of each epoch's key, of the epochs that its records name.
/// Parties that have different keys of one epoch would count the same entity under different tokens.
package struct TokenKeys: Hashable, Sendable {
    private var keys: [TokenEpoch: Digest32] = [:]

    /// Bytes of an epoch and its key's digest.
    static let entryBytes = 40
    /// More epochs than these can't occur: a party keeps factors for weeks, and rotations are far rarer.
    static let limit = 1024

    package init() {}

    /// The keys of these epochs, as far as this party knows them: of others it refuses each record by itself.
    init(of epochs: Set<TokenEpoch>, _ updates: TokenUpdates) {
        for epoch in epochs.sorted().prefix(Self.limit) { keys[epoch] = updates.keyDigest(of: epoch) }
    }

    /// The lowest epoch of which this party has another key.
    func difference(from updates: TokenUpdates) -> TokenEpoch? {
        keys.keys.sorted().first { epoch in updates.keyDigest(of: epoch).map { $0 != keys[epoch] } ?? false }
    }

    /// For each epoch, ascending: its number (8, big-endian), the digest (32).
    var encoded: [UInt8] {
        keys.sorted { $0.key < $1.key }.flatMap { $0.key.number.bigEndianBytes + $0.value.bytes }
    }

    /// Keys that were encoded; nil for bytes that are none, or not in order.
    init?(decoding bytes: some Collection<UInt8>) {
        let bytes = Array(bytes)
        guard bytes.count % Self.entryBytes == 0, bytes.count / Self.entryBytes <= Self.limit else { return nil }
        var last: TokenEpoch?
        for start in stride(from: 0, to: bytes.count, by: Self.entryBytes) {
            let epoch = TokenEpoch(UInt64(bigEndianBytes: bytes[start..<start + 8]))
            guard last.map({ $0 < epoch }) ?? true, let key = Digest32(bytes[start + 8..<start + Self.entryBytes])
            else {
                return nil
            }
            keys[epoch] = key
            last = epoch
        }
    }
}

extension BatchContent {
    /// The token epochs that records name; none of which no party could count a token.
    var tokenEpochs: Set<TokenEpoch> {
        var epochs: Set<UInt64> = []
        switch self {
        case .transactions(let records):
            for record in records {
                if case .transaction(let sealed) = record.body { epochs.insert(sealed.header.tokenEpoch) }
            }
        case .labels(let records):
            for record in records {
                guard let header = LabelRecord(record.value ?? [])?.header, header.history else { continue }
                epochs.insert(header.tokenEpoch)
            }
        }
        epochs.remove(0)
        return Set(epochs.map { TokenEpoch($0) })
    }
}
