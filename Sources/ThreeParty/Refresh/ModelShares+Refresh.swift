package import Records

extension ModelComponents {
    /// A generation's components of the same model: its selection rows and leaves, which is all that it has but the card.
    ///
    /// - Parameter model: its digest.
    package borrowing func refreshed(
        by key: RefreshKey, of party: PartyID, model: Digest32, shape: ForestShape
    ) -> ModelComponents {
        let rows = key.refreshed(
            XORShares(first: selectionFirst, second: selectionSecond), of: party, object: model, place: "selection")
        let leaves =
            shape.ringBits == 16
            ? refreshedLeaves(by: key, of: party, model: model, in: UInt16.self)
            : refreshedLeaves(by: key, of: party, model: model, in: UInt32.self)
        guard
            let components = ModelComponents(
                shape: shape, selectionFirst: rows.first, selectionSecond: rows.second, leavesFirst: leaves.first,
                leavesSecond: leaves.second)
        else { preconditionFailure("a refresh changes no length") }
        return components
    }

    private borrowing func refreshedLeaves<R: RingElement>(
        by key: RefreshKey, of party: PartyID, model: Digest32, in ring: R.Type
    ) -> (first: [UInt8], second: [UInt8]) {
        let leaves = AdditiveShares(first: R.unpack(leavesFirst), second: R.unpack(leavesSecond))
        let fresh = key.refreshed(leaves, of: party, object: model, place: "leaves")
        return (R.pack(fresh.first), R.pack(fresh.second))
    }
}

extension CardShares {
    /// A generation's shares of the same points.
    ///
    /// - Parameter model: the digest of the model whose card it is.
    package func refreshed(by key: RefreshKey, of party: PartyID, model: Digest32) -> CardShares {
        CardShares(
            features: features, points: key.refreshed(points, of: party, object: model, place: "card"))
    }
}
