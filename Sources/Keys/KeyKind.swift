/// A kind of key: what an operator has to know of it. docs/design/keys.md has the same table.
package struct KeyKind: Sendable, Hashable {
    /// Its name, for people.
    package let name: String
    /// Who has it.
    package let holder: String
    package let algorithm: String
    package let purpose: String
    /// How it is replaced.
    package let rotation: String
    /// The days after which one is to be replaced; nil for a key that has no age.
    package let days: Int?
    /// The names of its files in a keystore, without `.key`: a later epoch's has a hyphen and its number behind it. Empty for keys
    /// that are in no keystore.
    let files: [String]
    /// Whether a file's name always ends with an epoch.
    let isByEpoch: Bool

    private init(
        _ name: String, _ holder: String, _ algorithm: String, _ purpose: String, _ rotation: String, days: Int?,
        files: [String] = [], isByEpoch: Bool = false
    ) {
        self.name = name
        self.holder = holder
        self.algorithm = algorithm
        self.purpose = purpose
        self.rotation = rotation
        self.days = days
        self.files = files
        self.isByEpoch = isByEpoch
    }

    package static let all: [KeyKind] = [
        KeyKind(
            "identity", "member, party, coordinator, operator", "Ed25519", "signs what its holder says",
            "a new one, signed by the old", days: 730, files: ["identity"]),
        KeyKind(
            "HPKE", "member, party", "X25519 (HPKE)", "opens what is sealed to its holder", "every key epoch",
            days: 365,
            files: ["hpke"]),
        KeyKind(
            "agreement", "party", "X25519", "gives the pairwise keys", "every key epoch", days: 365,
            files: ["agreement"]),
        KeyKind(
            "pairwise", "pairs of parties", "HMAC-SHA-256, AES-128-CTR", "masks between two parties",
            "agreed anew every key epoch; in memory alone", days: nil),
        KeyKind(
            "session", "member, with each party", "HPKE export, XAES-256-GCM", "seals and tags records",
            "every key epoch", days: 365, files: ["session"], isByEpoch: true),
        KeyKind(
            "TLS", "party", "ECDSA P-256", "links between parties", "every key epoch; both certificates meanwhile",
            days: 365, files: ["tls"]),
        KeyKind(
            "at-rest", "member, party", "HMAC-SHA-256, XAES-256-GCM", "wraps the keys of state files",
            "`cordon keys rewrap`", days: 365, files: ["at-rest", "at-rest-next", "at-rest-old"]),
        KeyKind(
            "event id", "member", "HMAC-SHA-256", "turns ids of transactions into event ids",
            "not yet: labels join by it", days: nil, files: ["event-id"]),
        KeyKind(
            "windows", "member", "HMAC-SHA-256", "hashes names in the agent's state, and ids ahead of `event id`",
            "not yet: another one makes other event ids, too", days: nil, files: ["windows"]),
        KeyKind(
            "cached tokens", "member", "HMAC-SHA-256, AES-256-GCM", "seals the agent's cache of tokens",
            "with the cache", days: nil, files: ["tokens"]),
        KeyKind(
            "token", "parties, two of three", "P-256 OPRF", "gives tokens of names", "`cordon tokens rotate`", days: nil
        ),
        KeyKind(
            "token key wrap", "party", "XAES-256-GCM", "seals the party's part of the token key",
            "with the token key", days: nil, files: ["token-keys"]),
        KeyKind(
            "token proofs", "party", "HMAC-SHA-256", "gives the randomness of proofs", "with the token key", days: nil,
            files: ["token-proofs"]),
        KeyKind(
            "bearer token", "client of an agent's REST front", "SHA-256 of 256 random bits", "lets the client in",
            "`cordon keys token`: two at a time", days: 365),
    ]

    /// The kind of this name; nil for any other text.
    package static func named(_ name: String) -> KeyKind? { all.first { $0.name == name } }

    /// The kind and epoch of a file of a keystore; nil for one that is none of ours.
    ///
    /// - Parameter file: its name, such as `hpke-2.key`.
    package static func of(file: String) -> (kind: KeyKind, epoch: UInt32?)? {
        guard file.hasSuffix(".key") else { return nil }
        let name = file.dropLast(".key".count)
        for kind in all {
            for stem in kind.files {
                if name == stem, !kind.isByEpoch { return (kind, nil) }
                guard name.hasPrefix(stem + "-"), let epoch = UInt32(name.dropFirst(stem.count + 1)),
                    name == "\(stem)-\(epoch)"
                else { continue }
                return (kind, epoch)
            }
        }
        return nil
    }
}
