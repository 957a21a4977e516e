import Records
import Secrets

/// The bits of a second spec that a batch's transactions bring along, as they enter it at one party: what the next model may be
/// trained on. They are checked as those that are scored, and no score hangs on them.
///
/// Never printed.
package struct ShadowInputs: Sendable, CustomStringConvertible, CustomReflectable {
    private let inputs: BatchInputs
    private let rule: ThermometerRule

    /// - Parameters:
    ///   - inputs: as many transactions as the batch has; one that brings no such bits, or none that this party can use, is
    ///     refused.
    ///   - rule: of the bits' features.
    package init(_ inputs: BatchInputs, rule: ThermometerRule) {
        self.inputs = inputs
        self.rule = rule
    }

    /// This party's word on them, by masks of their own.
    ///
    /// - Parameter plan: the batch's.
    func word(at party: PartyID, plan: Digest32, key: borrowing SecretKey, keys: borrowing PairKeys) -> Word {
        inputs.word(
            at: party, plan: Digest32(of: [Array("cordon/shadow/v1".utf8), plan.bytes]), rule: rule, key: key,
            keys: keys)
    }

    /// What is to be kept: with the bits of counts behind them, and refused where a party can't use the transaction or these bits.
    ///
    /// - Parameter lookups: nil where no count is secret.
    func kept(
        by agreement: Agreement, _ lookups: CountLookupResult?, _ counts: CountInputs, at party: PartyID
    ) -> BatchInputs {
        var out = inputs
        for index in out.codes.indices where out.codes[index] == 0 {
            if agreement.refusals[index] != nil || agreement.shadow?[index] != true { out.refuse(index, code: 1) }
        }
        return out.appending(bits: lookups?.bits, counts, at: party, codes: out.codes)
    }

    package var description: String { "ShadowInputs(\(inputs.count) transactions)" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
