import Foundation
package import Records

/// How many rows of each class have a score in which bin.
package struct BinCounts: Sendable, Hashable {
    package let legitimate: [UInt32]
    /// As many.
    package let frauds: [UInt32]

    /// - Throws: `counts` unless there are 2 to 1,025 bins for each class, with at most 16,777,215 rows.
    package init(legitimate: [UInt32], frauds: [UInt32]) throws(SyncMistake) {
        let rows = (legitimate + frauds).reduce(0) { $0 + UInt64($1) }
        guard legitimate.count == frauds.count, (2...SyncBounds.mostThresholds + 1).contains(legitimate.count),
            rows <= SyncBounds.mostRows
        else { throw .counts }
        self.legitimate = legitimate
        self.frauds = frauds
    }

    init(_ wire: WireScoreCounts) throws(SyncMistake) {
        try self.init(legitimate: wire.legitimate, frauds: wire.frauds)
    }

    var wire: WireScoreCounts {
        var wire = WireScoreCounts()
        wire.legitimate = legitimate
        wire.frauds = frauds
        return wire
    }

    package var bins: Int { legitimate.count }
    package var legitimateRows: Int { legitimate.reduce(0) { $0 + Int($1) } }
    package var fraudRows: Int { frauds.reduce(0) { $0 + Int($1) } }
}

/// What was opened of a validation, the same at all three parties, and this party's shares of what each member alone opens.
package struct ValidatedReport: Sendable, Hashable {
    /// What was opened of one or two models on the same rows.
    package struct Opened: Sendable, Hashable {
        /// Nil without a challenger.
        package let challenger: BinCounts?
        package let champion: BinCounts
        /// Nil where the window had too few rows to open any.
        package let features: FeatureCounts?

        /// - Throws: `counts` where they are of other numbers of rows, or the models' of a class.
        package init(challenger: BinCounts?, champion: BinCounts, features: FeatureCounts? = nil) throws(SyncMistake) {
            guard features.map({ $0.rows == champion.legitimateRows + champion.fraudRows }) ?? true else {
                throw .counts
            }
            if let challenger {
                guard challenger.legitimateRows == champion.legitimateRows, challenger.fraudRows == champion.fraudRows
                else { throw .counts }
            }
            self.challenger = challenger
            self.champion = champion
            self.features = features
        }
    }

    /// A member's box: its own counts, this party's share of them.
    package struct Box: Sendable, Hashable {
        package let member: MemberID
        /// Of either suite of HPKE.
        package let encapsulated: [UInt8]
        package let box: [UInt8]

        /// - Throws: `box`.
        package init(member: MemberID, encapsulated: [UInt8], box: [UInt8]) throws(SyncMistake) {
            guard SyncBounds.isEncapsulated(encapsulated), (17...1 << 16).contains(box.count) else { throw .box }
            self.member = member
            self.encapsulated = encapsulated
            self.box = box
        }
    }

    package let opened: Opened
    /// Ascending by member.
    package let boxes: [Box]

    /// - Throws: `members` for boxes that do not ascend.
    package init(opened: Opened, boxes: [Box]) throws(SyncMistake) {
        try SyncBounds.members(boxes.map(\.member))
        self.opened = opened
        self.boxes = boxes
    }

    init(_ wire: WireReportValidated) throws(SyncMistake) {
        let opened = try Opened(
            challenger: wire.hasChallenger ? BinCounts(wire.challenger) : nil, champion: BinCounts(wire.champion),
            features: wire.hasFeatures ? FeatureCounts(wire.features) : nil)
        var boxes: [Box] = []
        for box in wire.boxes {
            guard let member = MemberID(box.member) else { throw .members }
            boxes.append(
                try Box(member: member, encapsulated: Array(box.encapsulated), box: Array(box.box)))
        }
        try self.init(opened: opened, boxes: boxes)
    }

    var wire: WireReportValidated {
        var wire = WireReportValidated()
        if let challenger = opened.challenger { wire.challenger = challenger.wire }
        wire.champion = opened.champion.wire
        if let features = opened.features { wire.features = features.wire }
        wire.boxes = boxes.map { each in
            var box = WireMemberBox()
            box.member = each.member.name
            box.encapsulated = Data(each.encapsulated)
            box.box = Data(each.box)
            return box
        }
        return wire
    }
}
