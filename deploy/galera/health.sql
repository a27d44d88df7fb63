-- The account by which HAProxy and the nodes ask a node how it is. It has no password and no rights.
CREATE USER IF NOT EXISTS health;
