/// What is known of a key without its secret part.
package struct KeyRecord: Sendable, Hashable {
    /// How a key lies where it is.
    package enum Holding: String, Sendable, Hashable {
        case clear, protected, token, credential
        /// In a process's memory alone.
        case memory
        /// Among the role's state, sealed under another of its keys.
        case state
        /// As a hash, of which nobody comes to the key.
        case hash
    }

    package let kind: KeyKind
    /// The epoch in its name; nil for a key of the founding epoch, and for one that has none.
    package let epoch: UInt32?
    package let holding: Holding
    /// A file's path, or a token's URI.
    package let place: String
    /// Seconds since 1970, when it was made; nil where nobody knows: of keys in tokens.
    package let made: Int64?
    /// Seconds since 1970, when it is to have been replaced: by its kind's usual lifetime, of a TLS key by its certificate.
    package let expiry: Int64?

    package init(
        kind: KeyKind, epoch: UInt32?, holding: Holding, place: String, made: Int64?, expiry: Int64? = nil
    ) {
        self.kind = kind
        self.epoch = epoch
        self.holding = holding
        self.place = place
        self.made = made
        self.expiry = expiry ?? made.flatMap { made in kind.days.map { made + Int64($0) * 86_400 } }
    }

    /// Days until it is to be replaced, rounded down; nil where it need not be.
    package func daysLeft(at now: Int64) -> Int? {
        expiry.map { expiry in
            let left = expiry - now
            return Int(left >= 0 ? left / 86_400 : -((86_399 - left) / 86_400))
        }
    }

    /// So many days before an expiry a role begins to warn.
    package static let warningDays = 30
}

extension KeyRecord {
    /// The keys of a role that are in no keystore: of a party the pairwise keys of each epoch that it has an agreement key of, and
    /// the token key; of whoever lets clients in, their tokens.
    ///
    /// - Parameters:
    ///   - records: those that are, by which the role is told.
    ///   - tokens: the clients that a file of tokens names, one each time.
    ///   - file: that file.
    ///   - made: when it was written last, in seconds since 1970.
    package static func elsewhere(
        beside records: [KeyRecord], tokens: [String] = [], file: String = "", made: Int64? = nil
    ) -> [KeyRecord] {
        let agreement = records.filter { $0.kind.name == "agreement" }
        var all = agreement.compactMap { key in
            KeyKind.named("pairwise").map {
                KeyRecord(
                    kind: $0, epoch: key.epoch, holding: .memory, place: "computed from \(key.place)", made: key.made)
            }
        }
        if !agreement.isEmpty, let token = KeyKind.named("token") {
            all.append(
                KeyRecord(
                    kind: token, epoch: nil, holding: .state,
                    place: "the party's --state, .tokens: sealed under token-keys",
                    made: nil))
        }
        guard let bearer = KeyKind.named("bearer token") else { return all }
        return all
            + tokens.map { KeyRecord(kind: bearer, epoch: nil, holding: .hash, place: "\(file): \($0)", made: made) }
    }
}
