import Formats
import Foundation
import Records
import Support
import Testing

@Suite("Patterns of times")
struct TimePatternTests {
    @Test(
        "read what the system's formatter writes by them",
        arguments: [
            "dd.MM.yyyy HH:mm", "MM/dd/yyyy hh:mm:ss a", "yyyyMMddHHmmss", "yyyy-MM-dd'T'HH:mm:ss.SSS",
            "d.M.yyyy H:mm:ss",
            "d MMM yyyy h:mm a", "MMMM d, yyyy 'at' HH:mm", "yy/MM/dd HH.mm.ss", "yyyy-MM-dd HH:mm:ss XXX",
            "dd-MMM-yy HHmm",
            "yyyy/MM/dd", "yyyyMMdd HH:mm:ss X", "HH:mm:ss dd/MM/yyyy", "yyyy''MM''dd",
        ])
    func formatter(pattern: String) throws {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(secondsFromGMT: 5 * 3600 + 1800)
        formatter.calendar = Calendar(identifier: .gregorian)
        formatter.twoDigitStartDate = Date(timeIntervalSince1970: 946_684_800)
        formatter.dateFormat = pattern
        let own = try TimePattern(pattern)
        let zone = LocalZone(offset: 5 * 3600 + 1800)
        var random = SplitMix64(7)
        for _ in 0..<200 {
            let seconds = Int64.random(in: 946_771_200..<4_102_358_400, using: &random)
            let text = formatter.string(from: Date(timeIntervalSince1970: Double(seconds)))
            let expected = try #require(formatter.date(from: text)).timeIntervalSince1970.rounded(.down)
            #expect(try own.time(of: text, in: zone)?.seconds == Int64(expected), "\(text)")
        }
    }

    @Test(
        "refuse what is not of them, or is no time",
        arguments: [
            ("dd.MM.yyyy HH:mm", "20.11.2026"), ("dd.MM.yyyy HH:mm", "20.11.2026 10:00:00"),
            ("dd.MM.yyyy HH:mm", "2.11.2026 10:00"),
            ("dd.MM.yyyy HH:mm", "31.11.2026 10:00"), ("dd.MM.yyyy HH:mm", "20.13.2026 10:00"),
            ("dd.MM.yyyy HH:mm", "20/11/2026 10:00"),
            ("dd.MM.yyyy HH:mm", "20.11.2026 24:00"), ("dd.MM.yyyy HH:mm", "20.11.26 10:00"),
            ("yyyyMMddHHmmss", "20261120100000 "),
            ("yyyyMMddHHmmss", "2026112010000"), ("MM/dd/yyyy hh:mm:ss a", "11/20/2026 13:00:00 PM"),
            ("MM/dd/yyyy hh:mm:ss a", "11/20/2026 00:00:00 AM"),
            ("MM/dd/yyyy hh:mm:ss a", "11/20/2026 10:00:00"), ("d MMM yyyy", "20 Okt 2026"),
            ("d MMM yyyy", "29 Feb 2026"), ("yyyy-MM-dd'T'HH", "2026-11-20t10"),
            ("yyyy-MM-dd HH:mm:ss.S", "2026-11-20 10:00:00."), ("yyyy-MM-dd X", "2026-11-20 CET"),
            ("yyyyMMdd", "２0261120"), ("yyyyMMdd", ""),
        ])
    func refused(pattern: String, text: String) throws {
        #expect(try TimePattern(pattern).time(of: text, in: nil) == nil)
    }

    @Test("read letters of any case, twelve at noon and midnight, and the blank that spreadsheets put before PM")
    func halves() throws {
        let pattern = try TimePattern("d MMM yyyy h:mm a")
        for (text, time) in [
            ("5 jan 2026 12:00 AM", "00:00"), ("5 JAN 2026 12:30 pm", "12:30"), ("5 Jan 2026 1:05\u{202F}PM", "13:05"),
            ("05 January 2026 11:59 Pm", "23:59"),
        ] { #expect(try pattern.time(of: text, in: nil)?.rfc3339 == "2026-01-05T\(time):00Z", "\(text)") }
    }

    @Test(
        "say what is wrong with them",
        arguments: [
            ("dd.MM.yyyy HH:MM", "`M` is there twice; `M` is a month, `m` a minute"),
            ("dd.mm.yyyy HH:MM", "`mm` are minutes and follow the hour"), ("mm/dd/yy h:MM a", "`mm` are minutes"),
            ("dd.mm.yyyy", "`MM` is missing: a time has a year, a month and a day"),
            ("yyyy-MM-ddTHH:mm", "`T` is not known; known are "),
            ("EEE, dd MMM yyyy", "`EEE` is not known; known are "),
            ("yyyy-MM-dd hh:mm", "`hh` and `a` go together: an hour of twelve, and AM or PM"),
            ("yyyy-MM-dd HH:mm a", "`hh` and `a` go together"),
            ("yyyy-MM-dd HH hh a", "`HH` and `hh` are both there"), ("yyyy-MM-dd mm", "minutes need an hour"),
            ("yyyy-MM-dd 'x", "a quote is not closed"),
            ("", "`yyyy` is missing"), ("YYYY-MM-dd", "`YYYY` is not known"), ("yyyy-MM-DD", "`DD` is not known"),
            ("yyyyy-MM-dd", "`yyyyy` is not known"),
        ])
    func mistakes(pattern: String, reason: String) {
        do {
            _ = try TimePattern(pattern)
            Issue.record("\(pattern) was taken")
        } catch {
            #expect(error.reason.hasPrefix(reason), "\(error.reason)")
        }
    }
}
