import Sealing
import ThreeParty

extension Agreement {
    /// Whether every party opened its box of a record, though one may refuse what is in it: then the header is the member's own.
    func isOpened(_ index: Int) -> Bool {
        // As nearly all are.
        if refusals[index] == nil { return true }
        return codes.allSatisfy { $0[index] == 0 || Refusal(rawValue: $0[index])?.isOfOpenedBox == true }
    }

    /// The reason why the parties refuse a record that every one of them had opened; nil where they take it, where it may be
    /// anybody's, and for a repeat, which has its answer.
    func refusalOfOpened(_ index: Int) -> Refusal? {
        guard isOpened(index), let refusal = refusals[index]?.refusal, refusal != .repeated else { return nil }
        return refusal
    }
}
