#include "applets/useradd_profile/systemd_sysusers_files.h"

#include <gtest/gtest.h>

#include "platform/fake/clock.h"
#include "platform/fake/file.h"

namespace keelson {
namespace {

class Bed {
 public:
  std::string List(std::string_view replace) {
    std::vector<SysusersFiles::File> found;
    EXPECT_TRUE(files.List(replace, &found).ok());
    std::string shown;
    for (const SysusersFiles::File& file : found) {
      shown += (file.replaced ? "*" : "") + file.shown + " ";
    }
    return shown;
  }
  std::string Read(std::string_view operand) {
    SysusersFiles::File file;
    std::string bytes;
    Error error = files.Find(operand, &file);
    if (error.ok()) error = files.Read(file, &bytes);
    return error.ok() ? bytes : error.Text();
  }

  FakeClock clock;
  FakeTree tree{&clock};
  std::unique_ptr<Root> root = tree.NewRoot();
  SysusersFiles files{root.get(), "/R//."};
};

TEST(SystemdSysusersFiles, OrderAndPlaces) {
  Bed bed;
  EXPECT_EQ(bed.List(""), "");
  EXPECT_EQ(bed.List("/x/a.conf"), "*/R/x/a.conf ");
  bed.tree.Put("/usr/lib/sysusers.d/b.conf", "");
  bed.tree.Put("/usr/lib/sysusers.d/a.conf", "");
  bed.tree.Put("/run/sysusers.d/b.conf", "");
  bed.tree.Put("/run/sysusers.d/.c.conf", "");
  bed.tree.Put("/run/sysusers.d/c.con", "");
  const std::string a = "/R/usr/lib/sysusers.d/a.conf ", b = "/R/run/sysusers.d/b.conf ";
  EXPECT_EQ(bed.List(""), a + b);
  EXPECT_EQ(bed.List("/usr/lib//sysusers.d/a.conf"), "*" + a + b);
  EXPECT_EQ(bed.List("/usr/lib/sysusers.d/b.conf"), a + b);
  EXPECT_EQ(bed.List("/etc/sysusers.d/b.conf"), a + "*/R/etc/sysusers.d/b.conf ");
  EXPECT_EQ(bed.List("/lib/sysusers.d/aa.conf"), a + "*/R/lib/sysusers.d/aa.conf " + b);
}

TEST(SystemdSysusersFiles, Operands) {
  Bed bed;
  bed.tree.Put("/usr/lib/sysusers.d/a", "lib");
  bed.tree.Put("/etc/sysusers.d/b", "etc");
  bed.tree.PutLink("/etc/sysusers.d/mask", "/dev/null");
  bed.tree.Put("/usr/lib/sysusers.d/mask", "lib");
  EXPECT_EQ(bed.Read("a"), "lib");
  EXPECT_EQ(bed.Read("./b"), "etc");
  EXPECT_EQ(bed.Read("mask"), "");
  EXPECT_EQ(bed.Read("../../x"), "No such file or directory");
  EXPECT_EQ(bed.Read(""), "Is a directory");
}

}  // namespace
}  // namespace keelson
