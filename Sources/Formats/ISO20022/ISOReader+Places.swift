extension ISOReader {
    /// Holds that all which looks like a payment, an outcome or a message stands where it is read: what a sender put
    /// elsewhere, or named otherwise, would be lost without a word.
    ///
    /// - Throws: `misplacedElement` with the element's name and place.
    func checkPlaces() throws(MessageFault) {
        for index in tree.subtree(body).dropFirst() {
            let name = tree.elements[index].name
            guard !isInPlace(index, name) else { continue }
            throw MessageFault(.misplacedElement, field: name, at: tree.elements[index].at)
        }
    }

    /// Whether an element may stand where it does. Most names are of none of the lengths that count.
    private func isInPlace(_ index: Int, _ name: String) -> Bool {
        switch name.utf8.count {
        case ...4, 8, 10: return true
        default: break
        }
        switch name {
        // What makes the element that it is in a payment or an outcome.
        case "PmtId": return kind.isTransfer && isItem(tree.parent(index))
        case "OrgnlTxId", "OrgnlEndToEndId": return !kind.isTransfer && isItem(tree.parent(index))
        case "CdtTrfTxInf", "TxInfAndSts", "TxInf": return isItem(index)
        case "GrpHdr", "Assgnmt": return name == kind.header && tree.parent(index) == body
        default: return ISOMessage.Kind(element: name) == nil
        }
    }

    /// Whether an element is one of the message's items.
    private func isItem(_ index: Int) -> Bool {
        guard tree.elements[index].name == kind.item else { return false }
        let parent = tree.parent(index)
        switch kind {
        case .creditTransfer, .status, .return: return parent == body
        case .initiation: return tree.elements[parent].name == "PmtInf" && tree.parent(parent) == body
        case .recall: return tree.elements[parent].name == "Undrlyg" && tree.parent(parent) == body
        }
    }
}
