import Foundation
import LocalStore
import Support
import Testing

/// An audit log as files beside each other.
struct AuditFilesTests {
    @Test("parts are files with a number behind the name, and others that look like them are none")
    func names() throws {
        let folder = try TemporaryFolder()
        let files = AuditFiles(path: folder.path("desk.looks.audit"))
        #expect(try files.numbers() == [])
        for name in [
            "desk.looks.audit", "desk.looks-2.audit", "desk.looks-11.audit", "desk.looks-1.audit",
            "desk.looks-02.audit",
            "desk.looks--3.audit", "desk.looks-x.audit", "desk.looks-4.audit.pub", "desk.looks.audit.pub",
            "looks-5.audit",
        ] {
            try Data().write(to: URL(fileURLWithPath: folder.path(name)))
        }
        #expect(try files.numbers() == [1, 2, 11])
        try files.remove(1)
        #expect(try files.numbers() == [2, 11])
        #expect(try AuditFiles(path: folder.path("none/looks")).numbers() == [])
        #expect(AuditFiles(path: "/a/looks").path(of: 3) == "/a/looks-3")
    }
}
