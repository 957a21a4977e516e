import Records

/// The first round of a batch as one party sees it: what each of the three says of the records, and the hash of the frame that each
/// sent with it. No party gets all three frames; whoever does not get one is told its hash.
///
/// The agreement hangs on all of it. So whoever sends another frame when a plan is run again meets other masks, and a mask never
/// serves two inputs.
struct FirstRound {
    private let plan: Digest32
    private let shape: WordShape
    private var words: [PartyID: [UInt8]] = [:]
    private var frames: [PartyID: Digest32] = [:]

    init(plan: Digest32, shape: WordShape) {
        self.plan = plan
        self.shape = shape
    }

    /// The length of a frame that tells a word and the hash of the frame that its receiver does not get.
    var toldBytes: Int { shape.bytes + Self.hashBytes }

    static let hashBytes = 32

    /// Whether a party's word is known.
    func has(_ party: PartyID) -> Bool { words[party] != nil }

    /// Adds a frame that begins with its sender's word, as it was sent or received; gives back what follows the word.
    ///
    /// - Parameter pair: the key of its sender and its receiver.
    mutating func add(frame payload: [UInt8], of party: PartyID, under pair: borrowing PairwisePRF) -> [UInt8] {
        words[party] = Array(payload.prefix(shape.bytes))
        frames[party] = Self.hash(payload, digest: plan, under: pair)
        return Array(payload.dropFirst(shape.bytes))
    }

    /// Adds a frame that is its sender's word alone, and goes to both others.
    mutating func add(word payload: [UInt8], of party: PartyID) {
        words[party] = payload
        frames[party] = Digest32(of: [payload])
    }

    /// Adds what a party tells of a frame that this one does not get.
    ///
    /// - Parameter payload: `toldBytes`.
    mutating func add(told payload: [UInt8], of party: PartyID) {
        words[party] = Array(payload.prefix(shape.bytes))
        frames[party] = Digest32(payload.suffix(Self.hashBytes))
    }

    /// What to tell of a frame of this party's to the one that does not get it.
    func told(of party: PartyID) -> [UInt8] { words[party, default: []] + (frames[party]?.bytes ?? []) }

    /// The agreement, once all three have said their word.
    var agreement: Agreement? {
        guard let zero = words[.zero], let one = words[.one], let two = words[.two],
            let transcript = Self.transcript(frames)
        else { return nil }
        func codes(_ word: [UInt8]) -> [UInt8] { Array(word.prefix(shape.records)) }
        return Agreement(
            plan: plan, codes: (codes(zero), codes(one), codes(two)), found: shape.found((zero, one, two)),
            transcript: transcript, shadow: shape.shadow((zero, one, two)))
    }

    /// The hash by which a frame's payload is told. It hangs on a key that the party that is told does not have: without, that
    /// party could try what a short frame holds, since it has two of the three shares.
    ///
    /// - Parameters:
    ///   - digest: the frame's.
    ///   - pair: the key of its sender and its receiver.
    static func hash(_ payload: [UInt8], digest: Digest32, under pair: borrowing PairwisePRF) -> Digest32 {
        Digest32(of: [pair.bytes(.frameHash, digest: digest, count: hashBytes), payload])
    }

    /// The digest of a round: of the hashes of its three frames, in the order of their senders; nil where one is missing.
    static func transcript(_ frames: [PartyID: Digest32]) -> Digest32? {
        let hashes = PartyID.allCases.compactMap { frames[$0]?.bytes }
        guard hashes.count == 3 else { return nil }
        return Digest32(of: [Array("cordon/round/v2".utf8)] + hashes)
    }
}
