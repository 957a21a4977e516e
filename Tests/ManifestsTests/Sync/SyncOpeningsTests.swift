import Foundation
import Keys
import Manifests
import Records
import Support
import Testing

@Suite("What is opened of windows that are alike")
struct SyncOpeningsTests {
    private typealias World = SyncWorld
    /// Three histograms of a window, two windows of a challenger, within ten days; windows that are trained on are 100 records
    /// apart.
    private let limits = OpeningLimits(histograms: 3, windows: 2, days: 10, apart: 100)

    @Test(
        "two validations have the same window, or no record in common",
        arguments: [
            (1000..<2000, 90, nil), (2000..<2001, 90, nil), (0..<1000, 90, nil), (999..<1000, 90, nil),
            (1000..<2000, 91, .overlapping(1)), (1000..<2001, 90, .overlapping(1)), (999..<2000, 90, .overlapping(1)),
            (1999..<9000, 90, .overlapping(1)), (0..<1001, 90, .overlapping(1)), (0..<9000, 90, .overlapping(1)),
            (1500..<1501, 90, .overlapping(1)),
        ] as [(Range<Int64>, Int64, SyncRefusal?)])
    func windows(range: Range<Int64>, labels: Int64, refusal: SyncRefusal?) throws {
        var world = World()
        _ = try world.validate(nil, 1000..<2000)
        #expect(try world.refusal(World.validation(of: nil, range, labels: labels)) == refusal)
    }

    @Test(
        "of a window as many histograms are opened as may be: of other models, or by other thresholds; the same cost nothing again"
    )
    func histograms() throws {
        var world = World()
        _ = try world.validate(.model(digest(1)))
        _ = try world.validate(.model(digest(2)))
        // The champion's, and the two challengers'.
        #expect(try world.refusal(World.validation(of: .model(digest(3)))) == .histograms(limits))
        #expect(try world.refusal(World.validation(of: nil, threshold: -6)) == .histograms(limits))
        #expect(try world.refusal(World.validation(of: nil, champion: digest(201))) == .histograms(limits))
        for challenger in [ValidateTask.Challenger.model(digest(2)), .model(digest(1)), nil] {
            _ = try world.validate(challenger)
        }
        // Of another window there are as many again.
        #expect(try world.refusal(World.validation(of: .model(digest(3)), 2000..<3000)) == nil)
    }

    @Test("an opening counts for so many days")
    func days() throws {
        var world = World()
        let first = world.time
        _ = try world.validate(.model(digest(1)))
        world.time += World.day
        _ = try world.validate(.model(digest(2)))
        world.time = first + 10 * World.day - 1
        #expect(try world.refusal(World.validation(of: .model(digest(3)))) == .histograms(limits))
        world.time = first + 10 * World.day
        _ = try world.validate(.model(digest(3)))
        // The second is still within the days, and the third.
        #expect(try world.refusal(World.validation(of: .model(digest(4)))) == .histograms(limits))
        world.time = first + 11 * World.day
        #expect(try world.refusal(World.validation(of: nil, 1500..<3000)) == .overlapping(3))
        world.time = first + 20 * World.day
        #expect(try world.refusal(World.validation(of: nil, 1500..<3000)) == nil)
    }

    @Test(
        "a challenger is validated on so many windows, before and after it is sealed; the champion alone on as many as there are"
    )
    func ofChallenger() throws {
        var world = World()
        let candidate = try world.train()
        _ = try world.validate(.candidate(candidate), 1000..<2000)
        let model = try world.seal(candidate)
        _ = try world.validate(.model(model), 2000..<3000)
        for challenger in [ValidateTask.Challenger.candidate(candidate), .model(model)] {
            #expect(try world.refusal(World.validation(of: challenger, 3000..<4000)) == .windows(limits))
        }
        // Once more on one of them.
        _ = try world.validate(.model(model), 1000..<2000)
        for from in stride(from: Int64(4000), to: 9000, by: 1000) { _ = try world.validate(nil, from..<from + 1000) }
        #expect(try world.refusal(World.validation(of: .model(digest(7)), 9000..<9500)) == nil)
    }

    @Test("a model's histogram is the same before and after it is sealed, as challenger and as champion")
    func sealed() throws {
        var world = World()
        let candidate = try world.train()
        _ = try world.validate(.candidate(candidate))
        let model = try world.seal(candidate)
        _ = try world.validate(.model(model))
        _ = try world.validate(.model(digest(1)))
        // The challenger's thresholds, with the model as champion: three histograms are open, and this is one of them.
        let task = try ValidateTask(
            challenger: nil, champion: model, window: World.window(1000..<2000, labels: 90), challengerThresholds: nil,
            championThresholds: .init(fraction: 11, scores: [0, 5]), leastFrauds: 2, leastLegitimate: 3)
        #expect(try world.refusal(.validate(task)) == nil)
    }

    @Test("an order counts from when all three parties have accepted it, whatever became of it then")
    func begun() throws {
        for accepted in 0...3 {
            var world = World()
            let order = try world.order(World.validation(of: nil))
            for party in PartyID.allCases.prefix(accepted) {
                try world.report(World.accepted(party), on: order, by: party)
            }
            try world.report(.refused(code: "x", text: "x"), on: order, by: .two)
            let expected: SyncRefusal? = accepted == 3 ? .overlapping(1) : nil
            #expect(try world.refusal(World.validation(of: nil, 1500..<2500)) == expected)
        }
        // One that lapsed, too.
        var world = World()
        let order = try world.order(World.validation(of: nil), expires: world.time + 10)
        for party in PartyID.allCases { try world.report(World.accepted(party), on: order, by: party) }
        world.time += 11
        #expect(try world.refusal(World.validation(of: nil, 1500..<2500)) == .overlapping(1))
    }

    @Test(
        "windows that are trained on differ by enough records at their ends, or in none",
        arguments: [
            (0..<1000, 50, nil), (0..<1000, 51, .tooNear(1)), (0..<1001, 50, .tooNear(1)), (0..<1099, 9, .tooNear(1)),
            (0..<1100, 50, nil), (50..<1049, 50, .tooNear(1)), (50..<1050, 50, nil), (99..<1000, 50, .tooNear(1)),
            (100..<1000, 50, nil), (1000..<1001, 50, nil), (0..<1, 50, nil), (950..<Int64.max, 50, nil),
        ] as [(Range<Int64>, Int64, SyncRefusal?)])
    func trainings(range: Range<Int64>, labels: Int64, refusal: SyncRefusal?) throws {
        var world = World()
        _ = try world.train("v1", 0..<1000)
        #expect(try world.refusal(World.training("v2", range, labels: labels)) == refusal)
        world.time += 10 * World.day
        if refusal != nil { #expect(try world.refusal(World.training("v2", range, labels: labels)) == nil) }
    }

    @Test("a training and a validation are as far apart as two trainings")
    func mixed() throws {
        var world = World()
        _ = try world.train("v1", 0..<1000)
        #expect(try world.refusal(World.validation(of: nil, 0..<1001, labels: 50)) == .tooNear(1))
        _ = try world.order(World.validation(of: nil, 0..<1000, labels: 50))
        world = World()
        _ = try world.validate(nil, 0..<1000)
        #expect(try world.refusal(World.training("v1", 0..<1000, labels: 91)) == .tooNear(1))
        #expect(try world.refusal(World.training("v1", 0..<1100, labels: 91)) == nil)
    }

    /// A window by its records, one by one.
    private struct Oracle {
        var records: Set<Int64>
        var labels: Int64

        init(_ range: Range<Int64>, _ labels: Int64) {
            records = Set(range)
            self.labels = labels
        }

        func isSame(_ other: Oracle) -> Bool { records == other.records && labels == other.labels }
        func overlaps(_ other: Oracle) -> Bool { !records.isDisjoint(with: other.records) }
        /// Records in one of them alone.
        func differs(_ other: Oracle) -> Int { records.symmetricDifference(other.records).count }
    }

    @Test("is refused as by an oracle that counts records one by one", arguments: 0..<30)
    func oracle(seed: UInt64) throws {
        var random = SplitMix64(seed)
        var world = World(openings: OpeningLimits(histograms: 3, windows: 2, days: 10, apart: 6))
        var opened: [(window: Oracle, isValidation: Bool, threshold: Int64, time: Int64)] = []
        for turn in 0..<40 {
            world.time += Int64.random(in: 0...2, using: &random) * World.day
            let from = Int64.random(in: 0...30, using: &random)
            let range = from..<from + Int64.random(in: 1...15, using: &random)
            let labels = Int64.random(in: 1...2, using: &random)
            let isValidation = Bool.random(using: &random)
            let window = Oracle(range, labels)
            let recent = opened.filter { $0.time > world.time - 10 * World.day }
            let isRefused = recent.contains { other in
                guard window.overlaps(other.window), !window.isSame(other.window) else { return false }
                return isValidation && other.isValidation || window.differs(other.window) < 6
            }
            let threshold = Int64.random(in: 1...4, using: &random)
            let thresholds = Set(recent.filter { $0.isValidation && $0.window.isSame(window) }.map(\.threshold))
            let often = isValidation && thresholds.union([threshold]).count > 3
            let task =
                isValidation
                ? try World.validation(of: nil, range, labels: labels, threshold: threshold)
                : try World.training("v\(turn)", range, labels: labels)
            let order = try SyncOrder(number: world.history.nextNumber, expires: world.time + 9, task: task)
            do throws(SyncRefusal) {
                let message = try world.say(.order(order), by: .coordinator)
                #expect(!isRefused && !often)
                opened.append((window, isValidation, threshold, world.time))
                try? world.end(message.digest) {
                    try isValidation ? World.validated($0, challenger: false) : World.trained()
                }
                #expect(world.history.open == nil)
            } catch {
                #expect(isRefused || often, "\(error)")
                if !isRefused {
                    #expect(error == .histograms(OpeningLimits(histograms: 3, windows: 2, days: 10, apart: 6)))
                }
            }
        }
        #expect(opened.count > 5)
    }
}
