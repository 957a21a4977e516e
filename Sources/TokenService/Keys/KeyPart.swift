import Foundation
import Records
package import Tokens

/// What a party has when a key is made: its share and, of a rotation, the factor that came before it.
package struct NewTokenKey: ~Copyable {
    package let share: TokenKeyShare
    package private(set) var update: TokenUpdate?

    mutating func takeUpdate() -> TokenUpdate? { update.take() }
}

/// What a party puts into a key, in secret until all three have committed: a line, of a new key, or a part of the
/// factor that the key before is multiplied by.
protocol KeyPart: AnyObject {
    /// Fixes it and hides it: 32 bytes.
    var digest: [UInt8] { get }

    /// Lends what one of the others is to have of it: 32 bytes, which `digest` determines.
    func withSecretBytes<R>(for reader: PartyID, _ body: ([UInt8]) throws -> R) rethrows -> R

    /// The step that shows it.
    func step(_ boxes: [WireTokenKeySubShare]) -> WireTokenKeyBody.OneOf_Step

    /// Applies a party's step that shows its part; this party's own among them.
    ///
    /// - Parameters:
    ///   - digest: what the party committed to.
    ///   - open: what it has for this party; nil where that does not open.
    /// - Throws: an error that names the party, where it is not what it committed to.
    func apply(
        _ step: WireTokenKeyBody.OneOf_Step, of party: PartyID, committed digest: [UInt8],
        open: ([WireTokenKeySubShare]) -> TokenScalar?
    ) throws(TokenError)

    /// - Throws: `tooFewParties` before all three have shown theirs.
    func finish() throws(TokenError) -> NewTokenKey
}

/// A line at random: the key is the sum of the three at 0.
final class DealtLine: KeyPart {
    private let dealing: KeyDealing
    private var generation: KeyGeneration?

    init(of party: PartyID, using generator: inout some RandomNumberGenerator) {
        dealing = KeyDealing(dealer: party, using: &generator)
        generation = KeyGeneration(party: party)
    }

    var digest: [UInt8] { dealing.commitments.digest }

    func withSecretBytes<R>(for reader: PartyID, _ body: ([UInt8]) throws -> R) rethrows -> R {
        try dealing.subShare(for: reader).withSecretBytes(body)
    }

    func step(_ boxes: [WireTokenKeySubShare]) -> WireTokenKeyBody.OneOf_Step {
        var step = WireTokenKeyDealing()
        step.constant = Data(dealing.commitments.constant?.compressed ?? [])
        step.slope = Data(dealing.commitments.slope.compressed)
        step.subShares = boxes
        return .dealing(step)
    }

    func apply(
        _ step: WireTokenKeyBody.OneOf_Step, of party: PartyID, committed digest: [UInt8],
        open: ([WireTokenKeySubShare]) -> TokenScalar?
    ) throws(TokenError) {
        guard case .dealing(let shown) = step,
            let constant = try? GroupElement(compressed: Array(shown.constant)),
            let slope = try? GroupElement(compressed: Array(shown.slope))
        else { throw .dealingInvalid(party) }
        let commitments = DealingCommitments(dealer: party, constant: constant, slope: slope)
        guard commitments.digest == digest else { throw .dealingInvalid(party) }
        if party == dealing.commitments.dealer {
            try generation?.receive(commitments, subShare: dealing.subShare(for: party))
        } else {
            guard let subShare = open(shown.subShares) else { throw .dealingInvalid(party) }
            try generation?.receive(commitments, subShare: subShare)
        }
    }

    func finish() throws(TokenError) -> NewTokenKey {
        guard let whole = generation.take() else { throw .tooFewParties }
        return NewTokenKey(share: try whole.finish(), update: nil)
    }
}

/// A part of the factor by which the key of the epoch before is multiplied.
final class FactorPart: KeyPart {
    /// Shared, since a contribution can't be copied.
    private final class Shown {
        let contribution: RotationContribution

        init(_ contribution: consuming RotationContribution) { self.contribution = contribution }
    }

    private let old: TokenKeyShare
    /// Of the old epoch.
    private let context: TokenContext
    private let own: Shown
    private var shown: [PartyID: (part: Shown, commitment: [UInt8])] = [:]

    init(
        rotating old: consuming TokenKeyShare, of context: TokenContext,
        using generator: inout some RandomNumberGenerator
    ) {
        own = Shown(RotationContribution(party: old.party, using: &generator))
        self.old = old
        self.context = context
    }

    var digest: [UInt8] { own.contribution.commitment(for: context) }

    func withSecretBytes<R>(for reader: PartyID, _ body: ([UInt8]) throws -> R) rethrows -> R {
        try own.contribution.withSecretBytes(body)
    }

    func step(_ boxes: [WireTokenKeySubShare]) -> WireTokenKeyBody.OneOf_Step {
        var step = WireTokenKeyContribution()
        step.boxes = boxes
        return .contribution(step)
    }

    func apply(
        _ step: WireTokenKeyBody.OneOf_Step, of party: PartyID, committed digest: [UInt8],
        open: ([WireTokenKeySubShare]) -> TokenScalar?
    ) throws(TokenError) {
        guard case .contribution(let step) = step else { throw .contributionInvalid(party) }
        if party == old.party {
            shown[party] = (own, digest)
            return
        }
        guard let secret = open(step.boxes) else { throw .contributionInvalid(party) }
        let contribution = RotationContribution(party: party, secret: secret)
        guard contribution.commitment(for: context) == digest else { throw .contributionInvalid(party) }
        shown[party] = (Shown(contribution), digest)
    }

    func finish() throws(TokenError) -> NewTokenKey {
        guard let zero = shown[.zero], let one = shown[.one], let two = shown[.two] else { throw .tooFewParties }
        let update = try TokenUpdate(
            zero.part.contribution, one.part.contribution, two.part.contribution,
            commitments: [zero.commitment, one.commitment, two.commitment], context: context)
        return NewTokenKey(share: update.moved(old), update: update)
    }
}
