import Foundation
package import Records

/// A party's word on an order.
package struct PartyReport: Sendable, Hashable {
    package enum Step: Sendable, Hashable {
        /// The party begins, by a program of this version; before anything goes to another party.
        case accepted(codeVersion: String)
        /// The party does not begin, or ends: a stable code, and a sentence for people.
        case refused(code: String, text: String)
        /// So many of all groups of trees are done.
        case progress(groups: Int, of: Int)
        case trained(TrainedReport)
        case validated(ValidatedReport)
        case sealed(SealedReport)
    }

    /// The order's digest.
    package let order: Digest32
    package let step: Step

    /// - Throws: `text` or `progress`.
    package init(order: Digest32, step: Step) throws(SyncMistake) {
        switch step {
        case .accepted(let version): try SyncBounds.text(version, "code version", most: 64)
        case .refused(let code, let text):
            try SyncBounds.text(code, "code", most: 64)
            try SyncBounds.text(text, "sentence", most: SyncBounds.sentenceBytes)
        case .progress(let groups, let all):
            guard 0 < groups, groups <= all, all <= 1_024 else { throw .progress }
        case .trained, .validated, .sealed: break
        }
        self.order = order
        self.step = step
    }

    init(_ wire: WirePartyReport) throws(SyncMistake) {
        let step: Step =
            switch wire.step {
            case .accepted(let step): .accepted(codeVersion: step.codeVersion)
            case .refused(let step): .refused(code: step.code, text: step.text)
            case .progress(let step): .progress(groups: Int(step.groups), of: Int(step.of))
            case .trained(let step): .trained(try TrainedReport(step))
            case .validated(let step): .validated(try ValidatedReport(step))
            case .sealed(let step): .sealed(try SealedReport(step))
            case nil: throw .encoding
            }
        try self.init(order: SyncBounds.digest(wire.order), step: step)
    }

    var wire: WirePartyReport {
        var wire = WirePartyReport()
        wire.order = Data(order.bytes)
        switch step {
        case .accepted(let version): wire.accepted.codeVersion = version
        case .refused(let code, let text):
            wire.refused.code = code
            wire.refused.text = text
        case .progress(let groups, let all):
            wire.progress.groups = UInt32(groups)
            wire.progress.of = UInt32(all)
        case .trained(let report): wire.trained = report.wire
        case .validated(let report): wire.validated = report.wire
        case .sealed(let report): wire.sealed = report.wire
        }
        return wire
    }
}

/// What is public of a training that is done: the same at all three parties.
package struct TrainedReport: Sendable, Hashable {
    /// Of all that went in but the coin (`TrainingPlan.digest`).
    package let plan: Digest32
    package let coin: Digest32
    package let rows: Int
    package let frauds: Int
    /// 16 or 32: whether the forest's scores are certain to fit 16 bits.
    package let ringBits: Int
    /// Members whose rows took no part, ascending.
    package let leftOut: [MemberID]
    /// Nil where the window had too few rows to open any.
    package let features: FeatureCounts?

    /// - Throws: `training` or `members`.
    package init(
        plan: Digest32, coin: Digest32, rows: Int, frauds: Int, ringBits: Int, leftOut: [MemberID] = [],
        features: FeatureCounts? = nil
    ) throws(SyncMistake) {
        guard (1...SyncBounds.mostRows).contains(rows), (0...rows).contains(frauds), ringBits == 16 || ringBits == 32,
            features.map({ $0.rows >= rows }) ?? true
        else { throw .training }
        try SyncBounds.members(leftOut)
        self.plan = plan
        self.coin = coin
        self.rows = rows
        self.frauds = frauds
        self.ringBits = ringBits
        self.leftOut = leftOut
        self.features = features
    }

    init(_ wire: WireReportTrained) throws(SyncMistake) {
        try self.init(
            plan: SyncBounds.digest(wire.plan), coin: SyncBounds.digest(wire.coin), rows: Int(wire.rows),
            frauds: Int(wire.frauds), ringBits: Int(wire.ringBits), leftOut: SyncBounds.members(wire.leftOut),
            features: wire.hasFeatures ? FeatureCounts(wire.features) : nil)
    }

    var wire: WireReportTrained {
        var wire = WireReportTrained()
        wire.plan = Data(plan.bytes)
        wire.coin = Data(coin.bytes)
        wire.rows = UInt32(rows)
        wire.frauds = UInt32(frauds)
        wire.ringBits = UInt32(ringBits)
        wire.leftOut = leftOut.map(\.name)
        if let features { wire.features = features.wire }
        return wire
    }
}

/// A party's own two boxes of the manifest to be: the share that it trained, sealed to its own key.
package struct SealedReport: Sendable, Hashable {
    /// Of either suite of HPKE.
    package let encapsulated: [UInt8]
    package let box: [UInt8]

    /// - Throws: `box`.
    package init(encapsulated: [UInt8], box: [UInt8]) throws(SyncMistake) {
        guard SyncBounds.isEncapsulated(encapsulated), (17...SyncBounds.recordBytes).contains(box.count) else {
            throw .box
        }
        self.encapsulated = encapsulated
        self.box = box
    }

    init(_ wire: WireReportSealed) throws(SyncMistake) {
        try self.init(encapsulated: Array(wire.encapsulated), box: Array(wire.box))
    }

    var wire: WireReportSealed {
        var wire = WireReportSealed()
        wire.encapsulated = Data(encapsulated)
        wire.box = Data(box)
        return wire
    }
}
