import Sealing
import ThreeParty

extension Agreement {
    /// Whether every party opened its box of a record, though one may refuse what is in it: then the header is the member's own.
    func isOpened(_ index: Int) -> Bool {
        codes.allSatisfy { $0[index] == 0 || Refusal(rawValue: $0[index])?.isOfOpenedBox == true }
    }
}
