import Foundation
import HTTPFront
import Testing

@Suite("The Date field")
struct DateFieldTests {
    @Test(
        "an IMF-fixdate in GMT (RFC 9110, section 5.6.7)",
        arguments: [
            (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"), (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
            (1_767_225_599, "Wed, 31 Dec 2025 23:59:59 GMT"),
        ])
    func fixdate(seconds: Int, text: String) {
        #expect(Date(timeIntervalSince1970: Double(seconds)).formatted(.fixdate) == text)
    }

    @Test("is the second's that is asked for, whichever came before")
    func clock() {
        let clock = DateClock()
        for seconds in [0, 784_111_777, 784_111_777.9, 784_111_778, 784_111_777.1, -0.5] {
            let whole = Date(timeIntervalSince1970: seconds.rounded(.down))
            #expect(clock.field(at: Date(timeIntervalSince1970: seconds)) == whole.formatted(.fixdate))
        }
    }
}
