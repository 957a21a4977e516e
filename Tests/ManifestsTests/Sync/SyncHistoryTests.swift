import Foundation
import Keys
import Manifests
import Records
import Testing

@Suite("The history of trainings")
struct SyncHistoryTests {
    private typealias World = SyncWorld

    @Test("begins with nothing")
    func empty() {
        let history = SyncHistory(SyncKeys.terms())
        #expect(history.jobs.isEmpty && history.versions.isEmpty && history.decisions.isEmpty)
        #expect(history.open == nil && history.nextNumber == 1 && history.lastSequence == 0 && history.inForce == nil)
        #expect(history.job(digest(1)) == nil && history.version(of: digest(1)) == nil)
        #expect(history.version(sealedAs: digest(1)) == nil)
    }

    @Test("goes from an order to a model in force, and back")
    func way() throws {
        var world = World(approvals: 2)
        // Trained.
        let candidate = try world.order(World.training())
        for party in PartyID.allCases { try world.report(World.accepted(party), on: candidate, by: party) }
        try world.report(.progress(groups: 1, of: 2), on: candidate, by: .one)
        try world.report(World.trained(), on: candidate, by: .one)
        #expect(world.history.versions.isEmpty)
        for party in [PartyID.two, .zero] { try world.report(World.trained(), on: candidate, by: party) }
        #expect(world.history.open == nil && world.history.versions.map(\.candidate) == [candidate])
        // Validated.
        let validation = try world.order(World.validation(of: .candidate(candidate)))
        try world.end(validation) { try World.validated($0) }
        // Sealed.
        let header = World.header(of: candidate).encoded
        let sealing = try world.order(.seal(SealTask(candidate: candidate, header: header)))
        try world.end(sealing, World.sealed)
        let sealed = try #require(world.history.version(of: candidate)?.sealed)
        // Approved, and put in force.
        for id in SyncKeys.operators.prefix(2) {
            try world.say(.approval(SyncApproval(model: sealed.model, after: 0)), by: .operator(id))
        }
        try world.decide(.promote, sealed.model, previous: digest(200), sequence: 7)
        #expect(world.history.inForce == sealed.model && world.history.lastSequence == 7)
        // Looked at while in force, and brought back.
        let probation = try world.validate(.model(sealed.model), 2000..<3000)
        try world.decide(.rollback, digest(200), previous: sealed.model, sequence: 9)
        #expect(world.history.inForce == digest(200))
        let version = try #require(world.history.version(sealedAs: sealed.model))
        #expect(version.validations == [validation, probation])
        #expect(version.decisions.map(\.kind) == [.promote, .rollback])
    }

    @Test(
        "keeps of a version where it comes from: window, form, rule, plan, coin, programs, counts, operators, decisions"
    )
    func lineage() throws {
        var world = World()
        let model = try world.make()
        try world.say(.approval(SyncApproval(model: model, after: 0)), by: .operator(SyncKeys.operators[2]))
        try world.decide(.promote, model, previous: nil, sequence: 3)
        let version = try #require(world.history.version(sealedAs: model))
        guard case .train(let task) = try World.training(), case .trained(let report) = try World.trained() else {
            Issue.record("tasks are of their kinds")
            return
        }
        #expect(version.task == task && version.trained == report && version.number == 1)
        #expect(version.codeVersions == [.zero: "1.0", .one: "1.1", .two: "1.2"])
        #expect(version.approvals.map(\.by) == [SyncKeys.operators[2]] && version.approvals[0].after == 0)
        // As the operator wrote it, for the activation.
        #expect(world.said.contains { $0.record == version.approvals[0].record })
        #expect(version.promotion?.sequence == 3 && version.promotion?.figures.first?.value == 0.9)
        let job = try #require(version.validations.first.flatMap { world.history.job($0) })
        guard case .validated(let opened) = job.outcome else {
            Issue.record("the validation is done")
            return
        }
        #expect(opened.challenger?.frauds == [1, 0, 3] && opened.champion.legitimate == [2, 3])
        #expect(job.offset == 7 && job.time == World.start && job.order.number == 2)
    }

    @Test("names a sealed model as its manifest does: by header and boxes of parties 0, 1 and 2, whoever sealed first")
    func sealedModel() throws {
        var world = World()
        let candidate = try world.train()
        let header = World.header(of: candidate).encoded
        let order = try world.order(.seal(SealTask(candidate: candidate, header: header)))
        for party in PartyID.allCases { try world.report(World.accepted(party), on: order, by: party) }
        for party in [PartyID.two, .zero, .one] { try world.report(World.sealed(party), on: order, by: party) }
        let sealed = try #require(world.history.version(of: candidate)?.sealed)
        #expect(sealed.header == header && sealed.order == order)
        #expect(
            sealed.boxes.map(\.first) == [10, 20, 11, 21, 12, 22]
                && sealed.boxes.map(\.count) == [32, 40, 32, 40, 32, 40])
        // As the coordinator signs it.
        let boxes = stride(from: 0, to: 6, by: 2).map {
            (encapsulated: sealed.boxes[$0], box: sealed.boxes[$0 + 1])
        }
        let (_, digest) = try ModelManifest.make(header: header, boxes: boxes, coordinator: SyncKeys.key(.coordinator))
        #expect(sealed.model == digest)
        #expect(world.history.job(order)?.outcome == .sealed(digest))
    }
}
