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
}
