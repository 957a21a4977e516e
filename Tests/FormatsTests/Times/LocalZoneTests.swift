import Formats
import Foundation
import Records
import Testing

@Suite("Local times of a zone")
struct LocalZoneTests {
    /// Every moment of each local time that a zone's clocks show between two moments, by the minute.
    private func shown(_ zone: TimeZone, from: Int64, to: Int64) -> [Int64: [Int64]] {
        var shown: [Int64: [Int64]] = [:]
        for moment in stride(from: from, to: to, by: 60) {
            let offset = Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(moment))))
            shown[moment + offset, default: []].append(moment)
        }
        return shown
    }

    @Test(
        "are, in every minute of a year, the moments that its clocks show them at",
        arguments: [
            "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Apia",
            "Africa/Casablanca",
        ])
    func everyMinute(name: String) throws {
        let system = try #require(TimeZone(identifier: name))
        var zone = try #require(LocalZone(named: name))
        // Apia left a day out at the end of 2011, and had summer time.
        let year = name == "Pacific/Apia" ? 2011 : 2026
        let from = try #require(EventTime(year: year, month: 1, day: 2)).seconds
        let to = try #require(EventTime(year: year + 1, month: 1, day: 20)).seconds
        let shown = shown(system, from: from, to: to)
        var (never, twice, wrong) = (0, 0, 0)
        for local in stride(from: from + 2 * EventTime.day, to: to - 2 * EventTime.day, by: 60) {
            let moments = shown[local] ?? []
            zone.overlap = .reject
            let single = Result { () throws(LocalZone.LocalTimeError) in try zone.moment(of: EventTime(seconds: local))
            }
            switch moments.count {
            case 0:
                never += 1
                if single != .failure(.never) { wrong += 1 }
            case 1: if single != .success(EventTime(seconds: moments[0])) { wrong += 1 }
            default:
                twice += 1
                if single != .failure(.twice) { wrong += 1 }
                zone.overlap = .earlier
                if try zone.moment(of: EventTime(seconds: local)).seconds != moments[0] { wrong += 1 }
                zone.overlap = .later
                if try zone.moment(of: EventTime(seconds: local)).seconds != moments[1] { wrong += 1 }
            }
        }
        #expect(wrong == 0)
        switch name {
        case "Asia/Kolkata": #expect(never == 0 && twice == 0)
        case "Australia/Lord_Howe": #expect(never == 30 && twice == 30)
        case "Pacific/Apia": #expect(never == 60 + 1440 && twice == 60)
        default: #expect(never == 60 && twice == 60)
        }
    }

    @Test("are found by the offsets of every tenth day from 2000 to 2099")
    func years() throws {
        for name in [
            "Europe/Berlin", "Europe/Istanbul", "America/Sao_Paulo", "Africa/Cairo", "Asia/Pyongyang", "Asia/Tehran",
        ] {
            let system = try #require(TimeZone(identifier: name))
            let zone = try #require(LocalZone(named: name))
            for moment in stride(from: 946_728_000 as Int64, to: 4_102_444_800, by: 10 * 86_400) {
                let offset = Int64(system.secondsFromGMT(for: Date(timeIntervalSince1970: Double(moment))))
                #expect(try zone.moment(of: EventTime(seconds: moment + offset)).seconds == moment, "\(name) \(moment)")
            }
        }
    }

    @Test("of a fixed offset are never twice, and names that are none have no zone")
    func fixed() throws {
        let zone = LocalZone(offset: -3 * 3600 - 1800)
        #expect(try zone.moment(of: EventTime(seconds: 0)).seconds == 12_600)
        for name in ["", "Europe/Bärlin", "Mars/Olympus", "+25:00"] {
            #expect(LocalZone(named: name) == nil, "\(name)")
        }
    }

    @Test("that are there twice or never refuse a record, by codes of their own")
    func records() throws {
        func part(_ time: String, _ overlap: LocalZone.Overlap) throws -> RecordPart {
            var form = TimeForm()
            var zone = try #require(LocalZone(named: "Europe/Berlin"))
            zone.overlap = overlap
            form.zone = zone
            let text = #"{"id":"p","time":"\#(time)","customer":"c","terminal":"t","amount":1}"#
            return RecordParser(mapping: Mapping(timeForm: form)).parts(Array(text.utf8))[0]
        }
        let ambiguous = Rejection(reason: .timeAmbiguous, field: "time")
        #expect(try part("2026-10-25T02:30:00", .reject).rejection == ambiguous)
        #expect(try part("2026-10-25T02:30:00", .earlier).transaction?.time.rfc3339 == "2026-10-25T00:30:00Z")
        #expect(try part("2026-10-25T02:30:00", .later).transaction?.time.rfc3339 == "2026-10-25T01:30:00Z")
        #expect(try part("2026-10-25T02:30:00+01:00", .reject).transaction?.time.rfc3339 == "2026-10-25T01:30:00Z")
        for overlap in LocalZone.Overlap.allCases {
            let never = Rejection(reason: .timeInvalid, field: "time")
            #expect(try part("2026-03-29T02:30:00", overlap).rejection == never)
        }
    }
}

@Suite("Times that count")
struct CountedTimeTests {
    private func part(_ raw: String, _ reading: TimeForm.Reading) -> RecordPart {
        var form = TimeForm()
        form.reading = reading
        let text = #"{"id":"p","time":\#(raw),"customer":"c","terminal":"t","amount":1}"#
        return RecordParser(mapping: Mapping(timeForm: form)).parts(Array(text.utf8))[0]
    }

    @Test(
        "are exact, down to the second that they are in",
        arguments: [
            ("1763632800", 1), ("1763632800.999", 1), ("\"1763632800\"", 1), ("1.7636328e9", 1),
            ("1763632800999", 1000),
            ("1763632800999999", 1_000_000), ("1763632800999999999", 1_000_000_000),
            ("\"1763632800999999999.9\"", 1_000_000_000),
        ] as [(String, Int64)])
    func epoch(raw: String, perSecond: Int64) {
        #expect(part(raw, .epoch(perSecond: perSecond)).transaction?.time.rfc3339 == "2025-11-20T10:00:00Z")
    }

    @Test(
        "of another unit than the mapping's, or of none, are refused",
        arguments: [
            ("1763632800000", 1), ("1763632800", 1000), ("-1763632800", 1), ("\"2025-11-20\"", 1),
            ("\"17636328OO\"", 1), ("\"1,763,632,800\"", 1),
            ("1e31", 1), ("99999999999999999999999999999999", 1), ("\"0x69\"", 1), ("\"1e\"", 1), ("\"e9\"", 1),
            ("\"1.\"", 1), ("\"+1763632800\"", 1),
            ("1e-31", 1), ("\"1763632800e0e0\"", 1),
        ] as [(String, Int64)])
    func otherUnits(raw: String, perSecond: Int64) {
        #expect(part(raw, .epoch(perSecond: perSecond)).rejection == Rejection(reason: .timeInvalid, field: "time"))
    }

    @Test("since a start go on from there, parts of a unit rounded down to the second")
    func since() throws {
        let start = try #require(EventTime(rfc3339: "2026-01-01"))
        for (raw, seconds, time) in [
            ("0", 3600, "2026-01-01T00:00:00Z"), ("743", 3600, "2026-01-31T23:00:00Z"),
            ("1e+05", 1, "2026-01-02T03:46:40Z"),
            ("\"0.5\"", 60, "2026-01-01T00:00:30Z"), ("-0.5", 86_400, "2025-12-31T12:00:00Z"),
            ("1.0001", 1, "2026-01-01T00:00:01Z"),
            ("-0.0001", 1, "2025-12-31T23:59:59Z"),
        ] as [(String, Int64, String)] {
            #expect(part(raw, .since(start, secondsPerUnit: seconds)).transaction?.time.rfc3339 == time, "\(raw)")
        }
        for raw in ["9223372036854775807", "1e18", "\"soon\"", "true", "null"] {
            #expect(part(raw, .since(start, secondsPerUnit: 86_400)).rejection != nil)
        }
    }

    @Test("are never guessed: a number is no time where the mapping does not say what it counts")
    func unsaid() {
        #expect(part("1763632800", .rfc3339).rejection == Rejection(reason: .wrongType, field: "time"))
        #expect(part("\"1763632800\"", .rfc3339).rejection == Rejection(reason: .timeInvalid, field: "time"))
    }
}
